"""Changes in bulk: seen before, done in the background, and only counted afterwards."""

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.core import clock as our_clock
from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.roles import Role
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers import finding
from subscriptions.subscribers.bulk import working
from subscriptions.subscribers.bulk.asking import cancel_all
from subscriptions.subscribers.bulk.working import LEASE, Run, take_up, work
from tests.support.applications import Visitor, run_jobs
from tests.support.operators import PEOPLE, Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, dump, open_newsletter, rows_of, sign_up, subscribe

BULK = "/admin/newsletters/news/bulk"
ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"


@pytest.fixture
def desk(app: Flask, client: Visitor, clock: FrozenClock) -> Desk:
    """Somebody who edits ``news``: Ada and Bob read it, Eve has yet to confirm."""
    open_newsletter(app)
    open_newsletter(app, "noise")
    subscribe(app, client, "noise@example.org", "noise")
    subscribe(app, client, ADA, topics=["art"])
    subscribe(app, client, BOB, topics=["law"])
    sign_up(client, EVE)
    make_operator(app, "op@example.org", None, {"news": Role.EDITOR})
    return desk_of(app, "op@example.org")


def _start(desk: Desk, act: str, number: int, **more: Any) -> TestResponse:
    asked = {"act": act, "whom": "fitting", "number": number, "sure": "y"} | more
    return desk.send(BULK, **asked)


def _do(app: Flask, desk: Desk, act: str, number: int, **more: Any) -> dict[str, int]:
    """Have it done; what came of it."""
    answer = _start(desk, act, number, **more)
    assert answer.status_code == 302, answer.text
    run_jobs(app)
    found = rows_of(app, "bulk_changes")[-1]
    assert (found["state"], found["members"], found["lease"]) == ("done", None, None)
    totals: dict[str, int] = found["totals"]
    return totals


def _references(app: Flask, *people: str) -> list[str]:
    held = {person["id"]: person["address"] for person in rows_of(app, "subscribers")}
    mine = rows_of(app, "subscriptions")
    return [each["reference"] for each in mine if held[each["subscriber_id"]] in people]


def test_a_look_ahead_says_whom_it_is_for_masked_and_does_nothing(app: Flask, desk: Desk) -> None:
    before = dump(app)
    page = desk.send(f"{BULK}/preview", act="end", whom="fitting", status="active").text
    assert "What would happen to 2 people" in page
    assert ("a…@e….org" in page, ADA in page) == (True, False)
    assert "This can not be undone." in page
    ticked = desk.send(f"{BULK}/preview", act="end", member=_references(app, BOB)).text
    assert ("to one person" in ticked, "b…@e….org" in ticked) == (True, True)
    topic = {"of_topic": "law", "topic": "art"}
    sorted_anew = desk.send(f"{BULK}/preview", act="add_topic", whom="fitting", **topic).text
    for shown in ("<dd>Law &amp; order</dd>", "<dt>Filter: Topic</dt><dd>Art</dd>"):
        assert shown in sorted_anew
    assert desk.send(f"{BULK}/preview", act="end").location == PEOPLE
    refused = desk.send(f"{BULK}/preview", act="add_topic", whom="fitting", status="active")
    assert (refused.status_code, "Choose the topic." in refused.text) == (422, True)
    assert 'name="status" value="active"' in refused.text
    assert desk.send(f"{BULK}/preview", act="end", member="\0").location == PEOPLE
    assert dump(app) == before


def test_a_long_look_goes_on_from_page_to_page_and_then_knows_the_number(
    app: Flask, client: Visitor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(app, client, "fay@example.org")
    monkeypatch.setattr(finding, "LOOK", 1)
    asked = {"language": "en", "requested_until": our_clock.today().isoformat()}
    answer = desk.send(f"{BULK}/preview", act="restrict", whom="fitting", **asked)
    met = []
    while "Refresh" in answer.headers:
        met.append(re.findall(r"Still looking: (.*?) so far", answer.text)[0])
        assert "<button" not in answer.text.partition("</h2>")[2]
        further = answer.headers["Refresh"].removeprefix("0; url=")
        assert "@" not in further
        answer = desk.get(further)
    assert met == ["2 people", "3 people"]
    assert "What would happen to 4 people" in answer.text
    assert re.findall(r"<li>(.)…@e….org", answer.text) == ["f", "e", "b", "a"]
    assert 'name="number" value="4"' in answer.text
    assert _do(app, desk, "restrict", 4, **asked) == {"done": 3, "not_confirmed": 1}
    assert rows_of(app, "audit_entries")[-2]["details"]["people"] == 4
    for wrong in (0, 2**63):
        assert desk.get(re.sub(r"before=\d+", f"before={wrong}", further)).status_code == 422


def test_it_needs_a_tick_and_no_more_people_than_were_shown(app: Flask, desk: Desk) -> None:
    assert _start(desk, "end", 3, sure="").status_code == 422
    grown = _start(desk, "end", 2)
    assert (grown.status_code, "More people fit" in grown.text) == (422, True)
    assert rows_of(app, "bulk_changes") == []


def test_whom_a_filter_takes_is_let_go_and_only_counts_are_left(app: Flask, desk: Desk) -> None:
    """MC7, MP11."""
    page = _start(desk, "end", 1, status="active", topic="art").location
    waiting = desk.get(page)
    assert (waiting.headers["Refresh"], "0 people so far" in waiting.text) == ("2", True)
    run_jobs(app)
    report = desk.get(page)
    assert ("Refresh" in report.headers, "<dt>done</dt><dd>1</dd>" in report.text) == (False, True)
    people = [person["address"] for person in rows_of(app, "subscribers")]
    assert people == ["noise@example.org", BOB, EVE]
    assert "ada@" not in str(rows_of(app, "bulk_changes") + rows_of(app, "audit_entries"))
    reference = rows_of(app, "bulk_changes")[0]["reference"]
    assert trail(app)[-2:] == [
        ("op@example.org", "subscribers.changed in bulk", f"bulk change {reference}"),
        ("worker", "bulk change.finished", f"bulk change {reference}"),
    ]
    assert "End the subscription" in desk.get(BULK).text


def test_each_is_left_alone_for_whom_it_does_not_fit(app: Flask, desk: Desk) -> None:
    """MP3: a restricted person's data may only be stored."""
    assert _do(app, desk, "restrict", 3) == {"done": 2, "not_confirmed": 1}
    art = {"of_topic": "art"}
    assert _do(app, desk, "add_topic", 3, **art) == {"restricted": 2, "not_confirmed": 1}
    assert _do(app, desk, "lift", 3) == {"done": 2, "already": 1}
    assert _do(app, desk, "add_topic", 2, status="active", **art) == {"done": 1, "already": 1}
    assert _do(app, desk, "remove_topic", 2, topic="art", **art) == {"done": 2}
    assert len(rows_of(app, "subscription_topics")) == 1


def test_the_mail_to_confirm_goes_out_again_within_the_caps(
    app: Flask, client: Visitor, desk: Desk, smtp: SmtpServer, clock: FrozenClock
) -> None:
    deliver(app, smtp)
    assert _do(app, desk, "ask_again", 3) == {"confirmed": 2, "capped": 1}
    clock.advance(minutes=11)
    suppress_in(app, "gone@example.org")
    sign_up(client, "gone@example.org")
    clock.advance(minutes=11)
    before = len(smtp.messages)
    totals = _do(app, desk, "ask_again", 2, status="pending")
    assert totals == {"done": 1, "suppressed": 1}
    asked = [mail.recipients for mail in smtp.messages[before:] if "/confirm/" in mail.text()]
    assert (EVE,) in asked


def test_who_also_reads_what_the_operator_does_not_edit_is_not_erased(
    app: Flask, client: Visitor, desk: Desk
) -> None:
    """MG8."""
    subscribe(app, client, ADA, "noise")
    assert _do(app, desk, "erase", 2, status="active") == {"done": 1, "elsewhere": 1}
    assert ADA in [person["address"] for person in rows_of(app, "subscribers")]


def _begin(app: Flask, change_id: int) -> Run:
    """Work on a change as far as one person, as a worker that is killed then."""
    with app.app_context():
        with unit_of_work() as session:
            run = take_up(session, change_id)
        assert run is not None
        run.pace.size = 1
        assert run.step()
    return run


def test_a_killed_worker_leaves_nobody_out_and_does_nobody_twice(
    app: Flask, desk: Desk, clock: FrozenClock
) -> None:
    assert _start(desk, "restrict", 3).status_code == 302
    killed = _begin(app, rows_of(app, "bulk_changes")[0]["id"])
    _start(desk, "restrict", 3, member=_references(app, ADA, BOB, EVE), whom="ticked")
    with app.app_context():
        work()
    assert {each["state"] for each in rows_of(app, "bulk_changes")} == {"running"}
    clock.advance(seconds=LEASE.total_seconds() + 1)
    with app.app_context():
        work()
        assert not killed.step()  # it was only slow
    assert [each["totals"] for each in rows_of(app, "bulk_changes")] == [
        {"done": 2, "not_confirmed": 1},
        {"already": 2, "not_confirmed": 1},
    ]


def test_a_long_one_gives_way_to_other_jobs_after_its_turn(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "TURN_SECONDS", 0.0)
    page = _start(desk, "restrict", 3).location
    with app.app_context():
        work()
    [left] = rows_of(app, "bulk_changes")
    assert (left["state"], left["lease"]) == ("running", None)
    assert "3 people so far" in desk.get(page).text
    run_jobs(app)
    assert rows_of(app, "bulk_changes")[0]["state"] == "done"


def test_who_left_meanwhile_is_counted_and_a_cancelled_one_does_no_more(
    app: Flask, desk: Desk
) -> None:
    ticked = _references(app, ADA, BOB)
    page = _start(desk, "restrict", 2, member=ticked, whom="ticked").location
    desk.send(f"{PEOPLE}/{ticked[0]}/end")
    run_jobs(app)
    over = rows_of(app, "bulk_changes")[0]
    assert (over["totals"], over["members"]) == ({"done": 1, "gone": 1}, None)
    assert desk.send(f"{page}/cancel").status_code == 409
    page = _start(desk, "lift", 2).location
    assert desk.send(f"{page}/cancel").location == page
    _start(desk, "lift", 2)
    with app.app_context(), unit_of_work() as session:
        cancel_all(session)  # as a restored store does
    run_jobs(app)
    assert [each["state"] for each in rows_of(app, "bulk_changes")[1:]] == ["cancelled"] * 2
    assert rows_of(app, "bulk_changes")[1]["totals"] == {}


def test_the_report_goes_by_the_clause_of_counts(app: Flask, desk: Desk) -> None:
    """MC10."""
    _do(app, desk, "lift", 3)
    with app.app_context():
        run_retention(our_clock.now().replace(year=our_clock.now().year + 3))
        assert len(rows_of(app, "bulk_changes")) == 1
        run_retention(our_clock.now().replace(year=our_clock.now().year + 4))
    assert rows_of(app, "bulk_changes") == []
