"""The admin's suppression pages: addresses are typed, never listed."""

import re

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from subscriptions.subscribers.suppressing import PAGE
from subscriptions.subscribers.suppression import Reason
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries, suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, deliver, newsletter_id, open_newsletter, rows_of, subscribe
from tests.support.visits import sign_up as ask

PAGES = "/admin/suppression"
NOISE = "noise@example.org"
ROW = re.compile(r'<th scope="row">([^<]+)</th>\s*<td>([^<]+)</td>')


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, NOISE)


@pytest.fixture
def desk(app: Flask) -> Desk:
    """An owner's browser."""
    make_operator(app)
    return desk_of(app)


def _editor_of_news(app: Flask) -> Desk:
    make_operator(app, "op@example.org", None, {"news": Role.EDITOR})
    return desk_of(app, "op@example.org")


def test_adding_ends_what_there_is_and_the_list_shows_no_address(
    app: Flask, client: Visitor, desk: Desk
) -> None:
    subscribe(app, client)
    run_jobs(app)
    added = desk.send(f"{PAGES}/new", email=f" {ADA} ", scope="", reason="objection")
    assert (added.status_code, added.location) == (302, PAGES)
    page = desk.get(PAGES).text
    assert ROW.findall(page) == [("The person objected", "Every newsletter")]
    assert held(app, ADA) == []
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE]


def test_an_address_can_be_checked_and_is_not_shown_in_full(app: Flask, desk: Desk) -> None:
    suppress_in(app, reason=Reason.COMPLAINT, newsletter="news")
    yes, no = desk.send(PAGES, email=ADA), desk.send(PAGES, email="bob@example.org")
    assert "suppressed." in yes.text
    assert "The news letter: Reported as unwanted mail" in yes.text
    assert "not suppressed." in no.text
    assert ADA.casefold() not in yes.text.casefold()
    assert desk.send(PAGES, email="nonsense").status_code == 422


def test_lifting_takes_the_address_the_scope_and_a_reason(app: Flask, desk: Desk) -> None:
    suppress_in(app, newsletter="tips")
    wrong = desk.send(f"{PAGES}/lift", email=ADA, scope="", reason="mistake")
    assert wrong.status_code == 422
    assert "This address is not suppressed there." in wrong.text
    assert desk.send(f"{PAGES}/lift", email=ADA, scope="tips").status_code == 422
    assert len(entries(app)) == 1
    right = desk.send(f"{PAGES}/lift", email=ADA, scope="tips", reason="reachable_again")
    assert (right.status_code, entries(app)) == (302, [])


def test_the_trail_names_the_entry_and_never_the_address(app: Flask, desk: Desk) -> None:
    desk.send(f"{PAGES}/new", email=ADA, scope="news", reason="operator")
    entry = rows_of(app, "suppressions")[0]["id"]
    desk.send(f"{PAGES}/lift", email=ADA, scope="news", reason="mistake")
    assert trail(app)[-2:] == [
        (OWNER, "suppression.added", f"suppression {entry}"),
        (OWNER, "suppression.lifted", f"suppression {entry}"),
    ]
    entry = rows_of(app, "audit_entries")[-1]
    assert (entry["newsletter"], entry["details"]) == ("news", {"reason": "mistake"})
    assert held(app, ADA) == []


def test_an_editor_of_one_newsletter_acts_for_that_one_only(app: Flask) -> None:
    suppress_in(app, NOISE, Reason.COMPLAINT, "tips")
    suppress_in(app, "everywhere@example.org", Reason.HARD_BOUNCE)
    desk = _editor_of_news(app)
    for scope in ("", "tips"):
        refused = desk.send(f"{PAGES}/new", email=ADA, scope=scope, reason="operator")
        assert refused.status_code == 422
        lifted = desk.send(f"{PAGES}/lift", email=NOISE, scope=scope, reason="mistake")
        assert lifted.status_code == 422
    assert len(entries(app)) == 2
    assert desk.send(f"{PAGES}/new", email=ADA, scope="news", reason="operator").status_code == 302
    assert [scope for _reason, scope in ROW.findall(desk.get(PAGES).text)] == [
        "The news letter",
        "Every newsletter",
    ]
    assert "not suppressed." in desk.send(PAGES, email=NOISE).text


@pytest.mark.parametrize(("role", "certain"), [(Role.VIEWER, {}), (None, {"news": Role.VIEWER})])
def test_who_edits_nothing_neither_sees_nor_does_it(
    app: Flask, role: Role | None, certain: dict[str, Role]
) -> None:
    make_operator(app, "op@example.org", role, certain)
    desk = desk_of(app, "op@example.org")
    assert PAGES not in desk.get("/admin/").text
    for path in (PAGES, f"{PAGES}/new", f"{PAGES}/lift"):
        assert desk.get(path).status_code == 403
        assert desk.send(path, email=ADA, scope="news", reason="operator").status_code == 403
    assert entries(app) == []


def test_the_confirmation_is_not_asked_for_again_on_an_operators_wish(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock, desk: Desk
) -> None:
    suppress_in(app, newsletter="news")
    ask(client)
    ask(client, form="tips")
    deliver(app, smtp)
    clock.advance(minutes=11)
    person = rows_of(app, "subscriptions", newsletter_id=newsletter_id(app, "news"))[-1]
    path = f"/admin/newsletters/news/subscribers/{person['reference']}/confirmation"
    refused = desk.send(path)
    assert refused.status_code == 409
    assert "This address is suppressed" in refused.text
    other = rows_of(app, "subscriptions", newsletter_id=newsletter_id(app, "tips"))[-1]
    path = f"/admin/newsletters/tips/subscribers/{other['reference']}/confirmation"
    assert desk.send(path).status_code == 302


def test_long_lists_come_in_pages(app: Flask, desk: Desk) -> None:
    for number in range(PAGE + 2):
        suppress_in(app, f"p{number}@example.org")
    first = desk.get(PAGES).text
    older = re.search(r'href="([^"]+before=\d+)"', first)
    assert older
    assert len(ROW.findall(first)) == PAGE
    assert len(ROW.findall(desk.get(older[1]).text)) == 2
