"""Requests that come by letter or telephone: recorded, answered in time, with an outcome."""

import html

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.applications import Visitor
from tests.support.data_requests import REQUESTS, SAYS, only_request, record, steps
from tests.support.held import held
from tests.support.managing import manage_path
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, deliver, links_in, open_newsletter, rows_of, subscribe

NOISE = "noise@example.org"


@pytest.fixture
def desk(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> Desk:
    """An owner's browser; two people are subscribed."""
    assert clock.now
    open_newsletter(app, fields=())
    for address in (NOISE, ADA):
        subscribe(app, client, address)
    make_operator(app)
    deliver(app, smtp)
    return desk_of(app)


def _known(desk: Desk, path: str) -> None:
    assert desk.send(f"{path}/identity", proof="answered").status_code == 302


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        pytest.param("2026-01-31", "2026-02-28", marks=pytest.mark.settings(policy="mmunic")),
        pytest.param("2026-01-31", "2026-03-02", marks=pytest.mark.settings(policy="mailigen")),
    ],
)
def test_it_is_due_when_the_policy_says(
    app: Flask, desk: Desk, received_on: str, due_on: str
) -> None:
    """MM2: a calendar month; MG5: thirty days."""
    record(app, desk, received_on=received_on)
    assert str(only_request(app)["due_on"]) == due_on


def test_what_can_not_be_recorded_is_told(app: Flask, desk: Desk) -> None:
    data = {"kind": "access", "came_by": "letter", "received_on": "2026-03-03"}
    future = desk.send(f"{REQUESTS}/new", email=ADA, **data)
    assert "This day has not come yet." in future.text
    nobody = desk.send(f"{REQUESTS}/new", email="nonsense", **data)
    assert (future.status_code, nobody.status_code) == (422, 422)
    assert rows_of(app, "data_requests") == []


def test_the_list_has_the_most_pressing_first_and_marks_what_is_overdue(
    app: Flask, desk: Desk
) -> None:
    record(app, desk, "access", "2026-02-20", NOISE)
    record(app, desk, "erasure", "2026-01-02")
    page = desk.get(REQUESTS).text
    assert page.index(ADA) < page.index(NOISE)
    assert page.count("badge-late") == 1
    overview = desk.get("/admin/").text
    assert "One data request is overdue." in overview


def test_the_manage_link_goes_to_the_address_and_proves_who_asks(
    app: Flask, desk: Desk, client: Visitor, smtp: SmtpServer
) -> None:
    """MC13, MG10, MM2."""
    path = record(app, desk, "access")
    assert desk.send(f"{path}/link").status_code == 302
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert SAYS in client.get(links_in(mail)["manage"]).text
    desk.send(f"{path}/identity", proof="manage_link")
    assert only_request(app)["identity"] == "manage_link"
    assert steps(app) == ["recorded", "link_mailed", "identity"]


def test_nothing_is_carried_out_before_it_is_known_who_asks(app: Flask, desk: Desk) -> None:
    """MC13."""
    path = record(app, desk)
    refused = desk.send(f"{path}/carry-out")
    assert refused.status_code == 409
    assert "First note how you know" in refused.text
    assert rows_of(app, "subscribers", address=ADA)


def test_an_erasure_takes_everything_but_the_request_itself(
    app: Flask, desk: Desk, client: Visitor
) -> None:
    """MM4."""
    client.post("/contact", data={"email": ADA, "message": "Hello"})
    path = record(app, desk)
    _known(desk, path)
    assert desk.send(f"{path}/carry-out").status_code == 302
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE]
    assert rows_of(app, "enquiries") == []
    assert only_request(app)["closed_at"] is None
    assert "Carried out" in desk.get(path).text
    again = desk.send(f"{path}/carry-out")
    assert "Nothing is held about this address" in again.text


def test_a_restriction_and_an_objection_are_carried_out_as_behind_the_link(
    app: Flask, desk: Desk
) -> None:
    """MM5, MP3."""
    path = record(app, desk, "restriction")
    _known(desk, path)
    desk.send(f"{path}/carry-out")
    [person] = rows_of(app, "subscribers", address=ADA)
    assert rows_of(app, "subscriptions", subscriber_id=person["id"])[0]["restricted_at"]
    for address in (NOISE, "stranger@example.org"):
        path = record(app, desk, "objection", address=address)
        _known(desk, path)
        assert desk.send(f"{path}/carry-out").status_code == 302
    assert entries(app) == [(None, "objection")] * 2
    assert [row["address"] for row in rows_of(app, "subscribers")] == [ADA]


@pytest.mark.parametrize("outcome", ["partly", "refused"])
def test_whoever_gets_less_than_they_asked_for_gets_a_reason(
    app: Flask, desk: Desk, outcome: str
) -> None:
    """MM4: decided case by case."""
    path = record(app, desk)
    silent = desk.send(f"{path}/close", outcome=outcome)
    assert silent.status_code == 422
    assert "a right to know the reason" in silent.text
    assert desk.send(f"{path}/close", outcome=outcome, reason="A tax law").status_code == 302
    row = only_request(app)
    assert (row["outcome"], row["reason"]) == (outcome, "A tax law")
    assert "A tax law" in desk.get(path).text
    assert desk.send(f"{path}/contact", words="once more").status_code == 409


def test_two_months_more_need_a_reason_and_come_once(
    app: Flask, desk: Desk, clock: FrozenClock
) -> None:
    """GDPR Article 12(3)."""
    path = record(app, desk)
    assert desk.send(f"{path}/extend").status_code == 422
    assert desk.send(f"{path}/extend", why="Hundreds of them").status_code == 302
    assert str(only_request(app)["due_on"]) == "2026-06-02"
    assert desk.send(f"{path}/extend", why="More still").status_code == 409
    late = record(app, desk, received_on="2026-01-02", address=NOISE)
    assert desk.send(f"{late}/extend", why="Too late").status_code == 409
    assert "Hundreds of them" in desk.get(path).text
    assert clock.now


def test_the_trail_says_what_and_not_who(app: Flask, desk: Desk) -> None:
    path = record(app, desk)
    _known(desk, path)
    desk.send(f"{path}/contact", words="Augusta telephoned")
    desk.send(f"{path}/close", outcome="refused", reason="Augusta knows why")
    thing = f"request {only_request(app)['reference']}"
    assert trail(app)[-4:] == [
        (OWNER, f"request.{done}", thing)
        for done in ("recorded", "identity noted", "contact noted", "closed")
    ]
    entries = str(rows_of(app, "audit_entries")).casefold()
    assert not any(word in entries for word in ("augusta", "ada@"))  # a seal may have "ada" in it


def test_a_person_sees_and_takes_along_what_was_recorded_and_an_erasure_leaves_it(
    app: Flask, desk: Desk, client: Visitor, smtp: SmtpServer
) -> None:
    """MM2, MP5, MM3."""
    path = record(app, desk, "rectification")
    desk.send(f"{path}/contact", words="She told us how it is spelt")
    manage = manage_path(app, client, smtp)
    page = html.unescape(client.get(manage).text)
    assert SAYS in page
    assert "She told us how it is spelt" in page
    assert SAYS in client.get(f"{manage}/data.json").text
    gone = html.unescape(client.post(manage, data={"action": "erase"}).text)
    assert "Requests about your data that came by letter, telephone or mail." in gone
    assert "after your request was answered" in gone
    assert only_request(app)["details"] == SAYS


def test_nobody_below_an_owner_learns_of_them(app: Flask, desk: Desk) -> None:
    """MP11."""
    path = record(app, desk, received_on="2026-01-02")
    make_operator(app, "editor@example.org", Role.EDITOR)
    editor = desk_of(app, "editor@example.org")
    assert REQUESTS not in editor.get("/admin/").text
    assert editor.get(path).status_code == 403


def test_an_address_is_in_no_url(app: Flask, desk: Desk) -> None:
    path = record(app, desk)
    assert "@" not in path
    assert held(app, SAYS)
    assert desk.get(f"{REQUESTS}/no-such-reference").status_code == 404
