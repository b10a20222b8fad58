"""A person's own new double opt-in lifts a suppression, and nobody can use that to pester them."""

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.subscribers.suppression import Reason
from tests.support.applications import Visitor, run_jobs
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries, suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    link_to,
    links_in,
    newsletter_id,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

NOISE = "noise@example.org"
DAY = 24 * 60  # minutes
PAUSES = {
    Reason.COMPLAINT: 7 * DAY,
    Reason.OBJECTION: 7 * DAY,
    Reason.HARD_BOUNCE: DAY,
    Reason.OPERATOR: DAY,
    Reason.ERASED: DAY,
}


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "tips")
    open_newsletter(app, "third")
    suppress_in(app, NOISE, Reason.COMPLAINT)


def _mailed(app: Flask, client: Visitor, smtp: SmtpServer, form: str = "news") -> bool:
    assert sign_up(client, form=form).status_code == 303
    return bool(deliver(app, smtp))


def test_the_answer_to_a_sign_up_is_the_same(app: Flask, client: Visitor) -> None:
    suppress_in(app)
    known, unknown = sign_up(client), sign_up(client, "new@example.org")
    assert known.status_code == unknown.status_code == 303
    assert known.data == unknown.data
    assert dict(known.headers) == dict(unknown.headers)


def test_confirming_lifts_it_and_the_person_is_mailed_again(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    suppress_in(app, reason=Reason.COMPLAINT, newsletter="news")
    sign_up(client)
    [mail] = deliver(app, smtp)
    assert client.post(links_in(mail)["confirm"]).status_code == 200
    assert entries(app) == [(None, "complaint")]  # of somebody else
    clock.advance(minutes=10)
    assert _mailed(app, client, smtp)


def test_confirming_one_newsletter_lifts_no_other(app: Flask, client: Visitor) -> None:
    suppress_in(app, newsletter="tips")
    subscribe(app, client)
    assert entries(app)[1:] == [(newsletter_id(app, "tips"), "operator")]


def test_who_wants_one_newsletter_again_has_not_asked_for_all(app: Flask, client: Visitor) -> None:
    suppress_in(app, reason=Reason.OBJECTION)
    [_noise, before] = rows_of(app, "suppressions")
    subscribe(app, client)
    others = rows_of(app, "suppressions")[1:]
    assert {row["newsletter_id"] for row in others} == {
        newsletter_id(app, slug) for slug in ("tips", "third")
    }
    kept = ("address_hash", "key_id", "reason", "created_at")
    assert [[row[name] for name in kept] for row in others] == [[before[n] for n in kept]] * 2
    subscribe(app, client, form="tips")
    assert entries(app)[1:] == [(newsletter_id(app, "third"), "objection")]


def test_an_address_that_proved_to_work_works_for_every_newsletter(
    app: Flask, client: Visitor
) -> None:
    suppress_in(app, reason=Reason.HARD_BOUNCE)
    subscribe(app, client)
    assert entries(app) == [(None, "complaint")]


def test_a_link_from_before_lifts_nothing(app: Flask, client: Visitor) -> None:
    sign_up(client)
    confirm = link_to(app, Purpose.CONFIRM)
    suppress_in(app)
    assert client.post(confirm).status_code == 410
    assert entries(app)[1:] == [(None, "operator")]


def test_looking_at_the_page_lifts_nothing(app: Flask, client: Visitor) -> None:
    suppress_in(app)
    sign_up(client)
    assert client.get(link_to(app, Purpose.CONFIRM)).status_code == 200
    assert entries(app)[1:] == [(None, "operator")]


@pytest.mark.parametrize(("reason", "pause"), PAUSES.items())
def test_others_can_not_pester_the_person_with_confirmation_mails(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock, reason: Reason, pause: int
) -> None:
    suppress_in(app, reason=reason)
    assert _mailed(app, client, smtp)
    clock.advance(minutes=11)
    assert not _mailed(app, client, smtp)
    assert rows_of(app, "outbox_messages") == []
    assert not _mailed(app, client, smtp, "tips")
    clock.advance(minutes=pause - 12)
    assert not _mailed(app, client, smtp, "third")
    clock.advance(minutes=11)
    assert _mailed(app, client, smtp)


def test_sign_ups_that_wait_together_are_one_mail(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    suppress_in(app)
    for form in ("news", "tips", "third"):
        sign_up(client, form=form)
        clock.advance(seconds=1)
    assert len(deliver(app, smtp)) == 1
    assert rows_of(app, "outbox_messages") == []


def test_the_mail_that_is_allowed_is_tried_again(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    suppress_in(app)
    smtp.defer()
    assert not _mailed(app, client, smtp)
    smtp.reset()
    clock.advance(minutes=1)
    assert _mailed(app, client, smtp, "tips")
    [mail] = smtp.messages
    assert mail.content["List-Id"] == "<news.news.example.org>"
    assert rows_of(app, "outbox_messages") == []


def test_complaining_of_that_mail_lets_no_other_one_through(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    suppress_in(app, reason=Reason.COMPLAINT)
    assert _mailed(app, client, smtp)
    clock.advance(hours=1)
    assert suppress_in(app, reason=Reason.COMPLAINT).ended == 1
    assert not _mailed(app, client, smtp)
    clock.advance(days=7)
    assert _mailed(app, client, smtp)


def test_after_the_confirmation_the_caps_are_those_of_everybody(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    suppress_in(app, ADA, Reason.COMPLAINT, "news")
    subscribe(app, client)
    run_jobs(app)
    for _ in range(2):
        clock.advance(minutes=11)
        assert _mailed(app, client, smtp)
