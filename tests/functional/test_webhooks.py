"""Webhooks: recipients are told of what happens, with random ids alone."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.requests.terms import Outcome
from subscriptions.subscribers.ending import erase_subscriber
from subscriptions.subscribers.states import Event
from subscriptions.webhooks.events import Kind
from subscriptions.webhooks.queue import GIVE_UP_AFTER, KEPT
from tests.support.applications import Visitor, run_jobs
from tests.support.counting import counting
from tests.support.data_requests import close_in, record_in
from tests.support.held import held
from tests.support.managing import act, manage_path, own_row
from tests.support.policies import put_in_force
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, sign_up, subscribe
from tests.support.webhooks import Receiver, deliver_events, hook_in, listening, paused_why

pytestmark = pytest.mark.settings(policy="mail-manager")
RANDOM_ID = re.compile(r"[\w-]{22}")


@pytest.fixture(scope="module")
def _server() -> Iterator[Receiver]:
    with listening() as server:
        yield server


@pytest.fixture
def receiver(_server: Receiver) -> Receiver:
    """Takes everything until told otherwise."""
    _server.status, _server.told, _server.attempts = 204, [], 0
    return _server


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org")


def _leave(app: Flask, client: Visitor, newsletter: str = "news") -> None:
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE, ADA, newsletter)).status_code == 200


def _erase_and_fail(person: int) -> None:
    with unit_of_work() as session:
        erase_subscriber(session, person, Event.UNSUBSCRIBED)
        _ = 1 / 0


def test_a_recipient_is_told_by_a_random_id_and_of_nobody(
    app: Flask, client: Visitor, receiver: Receiver, clock: FrozenClock
) -> None:
    """MM11."""
    hook_in(app, receiver.url)
    subscribe(app, client, name="Augusta")
    subscription = rows_of(app, "subscriptions")[-1]["reference"]
    _leave(app, client)
    waiting = [str(row) for row in rows_of(app, "webhook_events")]
    run_jobs(app)
    confirmed, ended = receiver.events()
    assert (confirmed["type"], ended["type"]) == ("subscription.confirmed", "subscription.ended")
    for event in (confirmed, ended):
        assert RANDOM_ID.fullmatch(event.pop("id"))
        assert event.pop("type")
        assert event == {
            "at": "2026-03-02T09:30:00Z",
            "newsletter": "news",
            "subscription": subscription,
        }
    sent = "".join(str(told) for told in receiver.told) + "".join(waiting)
    assert not any(word in sent.casefold() for word in ("ada", "augusta", "example.org"))
    assert rows_of(app, "webhook_events") == []


def test_what_was_erased_is_not_in_the_queue_of_a_receiver_that_is_down(
    app: Flask, client: Visitor, receiver: Receiver
) -> None:
    """MM11."""
    receiver.status = 503
    hook_in(app, receiver.url)
    subscribe(app, client)
    _leave(app, client)
    deliver_events(app)
    assert len(rows_of(app, "webhook_events")) == 2
    assert held(app, ADA) == []
    verified = app.test_cli_runner().invoke(args=["privacy", "verify-erasure", ADA])
    assert verified.exit_code == 0, verified.output


def test_every_end_is_told_once_and_an_end_that_is_taken_back_is_not(
    app: Flask, client: Visitor, receiver: Receiver, clock: FrozenClock
) -> None:
    """MM11."""
    hook_in(app, receiver.url, kinds=[Kind.ENDED])
    subscribe(app, client)
    person = rows_of(app, "subscribers", address=ADA)[0]["id"]
    with app.app_context(), pytest.raises(ZeroDivisionError):
        _erase_and_fail(person)
    deliver_events(app)
    assert receiver.told == []
    for number in range(3):
        sign_up(client, f"unsure{number}@example.org")
    never = [row["reference"] for row in rows_of(app, "subscriptions", status="pending")]
    clock.advance(days=40)
    assert app.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0
    deliver_events(app)
    assert [event["subscription"] for event in receiver.events()] == never
    with app.app_context(), unit_of_work() as session:
        erase_subscriber(session, person, Event.UNSUBSCRIBED)
    deliver_events(app)
    assert len(receiver.told) == 4


def test_what_a_clause_keeps_for_a_while_has_ended_only_once(
    app: Flask, client: Visitor, receiver: Receiver, clock: FrozenClock
) -> None:
    put_in_force(app, "mail-manager", {"subscription": 'keep = "P10D"'})
    hook_in(app, receiver.url, kinds=[Kind.ENDED])
    subscribe(app, client)
    _leave(app, client)
    assert rows_of(app, "subscriptions", status="ended")
    clock.advance(days=11)
    assert app.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0
    assert not rows_of(app, "subscriptions", status="ended")
    deliver_events(app)
    assert len(receiver.told) == 1


def test_a_webhook_is_told_of_its_newsletter_and_of_what_it_asked_for(
    app: Flask, client: Visitor, receiver: Receiver
) -> None:
    open_newsletter(app, "tips")
    hook_in(app, f"{receiver.url}/tips", "tips", kinds=[Kind.ENDED])
    hook_in(app, f"{receiver.url}/all", kinds=[Kind.CONFIRMED])
    for slug in ("news", "tips"):
        subscribe(app, client, form=slug)
    for slug in ("news", "tips"):
        _leave(app, client, slug)
    run_jobs(app)
    got = sorted(
        (told.path, told.event["type"], told.event["newsletter"]) for told in receiver.told
    )
    assert got == [
        ("/hook/all", "subscription.confirmed", "news"),
        ("/hook/all", "subscription.confirmed", "tips"),
        ("/hook/tips", "subscription.ended", "tips"),
    ]


def test_a_request_that_was_answered_is_told_and_one_that_was_refused_is_not(
    app: Flask, client: Visitor, receiver: Receiver
) -> None:
    """MG10, MM11."""
    hook_in(app, receiver.url, kinds=[Kind.ANSWERED])
    subscribe(app, client)
    close_in(app, record_in(app), Outcome.REFUSED)
    close_in(app, record_in(app))
    close_in(app, record_in(app, "stranger@example.org"))
    run_jobs(app)
    theirs, nobodys = receiver.events()
    assert theirs["subscription"] == rows_of(app, "subscriptions")[-1]["reference"]
    assert (nobodys["newsletter"], nobodys["subscription"]) == (None, None)


def test_what_people_do_behind_their_link_is_told(
    app: Flask, client: Visitor, receiver: Receiver, smtp: SmtpServer
) -> None:
    """MG10, MM11."""
    hook_in(app, receiver.url, kinds=[Kind.ANSWERED, Kind.ENDED])
    subscribe(app, client)
    reference = own_row(app)["reference"]
    path = manage_path(app, client, smtp)
    for action in ("restrict", "erase"):
        assert act(client, path, action).status_code == 200
    run_jobs(app)
    assert [(event["type"], event["subscription"]) for event in receiver.events()] == [
        ("request.answered", reference),
        ("subscription.ended", reference),
        ("request.answered", None),
    ]


def test_a_receiver_that_fails_is_tried_again_later_and_gets_the_same_event(
    app: Flask, client: Visitor, receiver: Receiver, clock: FrozenClock
) -> None:
    receiver.status = 500
    hook = hook_in(app, receiver.url)
    subscribe(app, client)
    _leave(app, client)
    waiting = {row["reference"] for row in rows_of(app, "webhook_events")}
    deliver_events(app)
    assert receiver.attempts == 1
    assert rows_of(app, "webhooks")[0]["last_error"] == "HTTP 500"
    receiver.status = 200
    clock.advance(minutes=1)
    deliver_events(app)
    assert {event["id"] for event in receiver.events()} == waiting
    assert (paused_why(app, hook), rows_of(app, "webhooks")[0]["failing_since"]) == (None, None)


def test_after_three_days_in_vain_it_is_paused_and_later_events_wait(
    app: Flask, client: Visitor, receiver: Receiver, clock: FrozenClock
) -> None:
    receiver.status = 404
    hook = hook_in(app, receiver.url)
    subscribe(app, client)
    began = clock.now
    while paused_why(app, hook) is None:
        deliver_events(app)
        clock.advance(hours=2)
        assert clock.now < began + GIVE_UP_AFTER + timedelta(hours=8)
    assert clock.now > began + GIVE_UP_AFTER
    assert (paused_why(app, hook), receiver.attempts < 40) == ("failing", True)
    _leave(app, client)
    receiver.status = 204
    deliver_events(app)
    assert (receiver.told, len(rows_of(app, "webhook_events"))) == ([], 2)
    clock.advance(days=KEPT.days + 1)
    deliver_events(app)
    assert rows_of(app, "webhook_events") == []


def test_whom_the_policy_no_longer_names_is_told_nothing(
    app: Flask, client: Visitor, receiver: Receiver
) -> None:
    """MS9: under this policy nobody is a recipient."""
    hook = hook_in(app, receiver.url)
    put_in_force(app, "mailissa", {})
    subscribe(app, client)
    deliver_events(app)
    assert (receiver.attempts, paused_why(app, hook)) == (0, "recipient")


def test_where_somebody_listens_an_unsubscribe_costs_one_statement_more(
    app: Flask, client: Visitor, receiver: Receiver
) -> None:
    for address in (ADA, "bob@example.org"):
        subscribe(app, client, address)
    with counting(app) as without:
        _leave(app, client)
    hook_in(app, receiver.url)
    subscribe(app, client)
    with counting(app) as listened_to:
        _leave(app, client)
    more = [line for line in listened_to.statements if line not in without.statements]
    assert [line.split("(")[0].strip() for line in more] == ["INSERT INTO webhook_events"]
    assert len(listened_to.statements) == len(without.statements) + 1
