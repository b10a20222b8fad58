"""How many mails a sign-up may cause.

Once in ten minutes and three times a day for each newsletter; ten times a day for each address.
"""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.subscribers.by_operators import Capped, send_confirmation_again
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.smtp import SmtpServer
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
TEN = 10
SAVEPOINT = {"SAVEPOINT", "ROLLBACK"}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    subscribe(app, client, NOISE)
    deliver(app, smtp)
    smtp.reset()


def _mailed(app: Flask, client: Visitor, smtp: SmtpServer, address: str = ADA) -> bool:
    assert sign_up(client, address).status_code == 303
    return bool(deliver(app, smtp))


def _mail_times(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> list[datetime]:
    """When mails go out if somebody signs up each minute of two hours."""
    times = []
    for _ in range(120):
        if _mailed(app, client, smtp):
            times.append(clock.now)
        clock.advance(minutes=1)
    return times


def test_a_pending_address_gets_its_mail_again_after_ten_minutes(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    assert _mailed(app, client, smtp)
    clock.advance(minutes=9, seconds=59)
    assert not _mailed(app, client, smtp)
    clock.advance(seconds=1)
    assert _mailed(app, client, smtp)


def test_an_active_address_is_under_the_same_cap(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    assert _mailed(app, client, smtp)
    client.post(link_to(app, Purpose.CONFIRM))
    clock.advance(minutes=9, seconds=59)
    assert not _mailed(app, client, smtp)
    clock.advance(seconds=1)
    assert _mailed(app, client, smtp)
    assert "already subscribed" in smtp.messages[-1].content["Subject"]


@pytest.mark.parametrize("state", ["pending", "active"])
def test_however_often_somebody_signs_up_there_are_three_mails_a_day(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock, state: str
) -> None:
    start = clock.now
    if state == "active":
        subscribe(app, client)
        deliver(app, smtp)
        times = [start, *_mail_times(app, client, smtp, clock)]
    else:
        times = _mail_times(app, client, smtp, clock)
    assert [time - start for time in times] == [timedelta(minutes=m) for m in (0, 10, 20)]


def test_the_next_day_there_may_be_mail_again(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    for _ in range(3):
        assert _mailed(app, client, smtp)
        clock.advance(minutes=10)
    assert not _mailed(app, client, smtp)
    clock.advance(days=1)
    assert _mailed(app, client, smtp)


def test_another_spelling_of_the_address_does_not_go_round_the_cap(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    assert _mailed(app, client, smtp, "ada@example.org")
    assert not _mailed(app, client, smtp, "ADA@Example.ORG")
    assert not _mailed(app, client, smtp, "  ada@example.org ")


def test_the_cap_of_one_person_is_not_that_of_another(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    assert _mailed(app, client, smtp)
    clock.advance(minutes=10)
    assert _mailed(app, client, smtp, NOISE)
    assert _mailed(app, client, smtp, "bob@example.org")


def test_a_mail_that_was_held_back_does_not_put_off_the_next_one(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    assert _mailed(app, client, smtp)
    clock.advance(minutes=9)
    assert not _mailed(app, client, smtp)
    clock.advance(minutes=1)
    assert _mailed(app, client, smtp)


def test_the_first_and_the_second_mail_lead_to_the_same_request(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    sign_up(client)
    [first] = deliver(app, smtp)
    clock.advance(minutes=10)
    sign_up(client)
    [second] = deliver(app, smtp)
    assert client.post(links_in(first)["confirm"]).status_code == 200
    assert "already" in client.post(links_in(second)["confirm"]).text


def test_the_second_mail_goes_to_the_address_that_the_first_one_went_to(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    sign_up(client, "Ada@example.org")
    deliver(app, smtp)
    clock.advance(minutes=10)
    sign_up(client, "aDA@example.org")
    assert deliver(app, smtp)[0].recipients == ("Ada@example.org",)


def _open_many(app: Flask) -> list[str]:
    slugs = [f"n{number}" for number in range(TEN + 1)]
    for slug in slugs:
        open_newsletter(app, slug)
    return slugs


def _refuses_an_operator(app: Flask, slug: str) -> None:
    [row] = rows_of(app, "subscriptions", newsletter_id=newsletter_id(app, slug))
    with app.app_context(), unit_of_work() as session, pytest.raises(Capped):
        send_confirmation_again(session, newsletter_by_slug(session, slug), row["reference"])


def _sign_up_to(client: Visitor, *slugs: str, address: str = ADA) -> None:
    for slug in slugs:
        assert sign_up(client, address, slug).status_code == 303


def test_all_newsletters_together_mail_an_address_ten_times_a_day(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """The form that came too late sends its mail when it is sent in again the next day."""
    *slugs, last = _open_many(app)
    _sign_up_to(client, *slugs, last)
    mails = deliver(app, smtp)
    assert [mail.recipients for mail in mails] == [(ADA,)] * TEN
    clock.advance(hours=1)
    _sign_up_to(client, slugs[0], last)
    assert deliver(app, smtp) == []
    client.post(link_to(app, Purpose.CONFIRM, ADA, slugs[0]))
    _sign_up_to(client, slugs[0])
    assert deliver(app, smtp) == [], "nor is an active one told of it"
    _refuses_an_operator(app, last)
    _sign_up_to(client, last, address=NOISE)
    assert len(deliver(app, smtp)) == 1, "others are not under her cap"
    clock.advance(days=1)
    _sign_up_to(client, last, slugs[0])
    confirm, already = deliver(app, smtp)
    assert "already subscribed" in already.content["Subject"]
    assert client.post(links_in(confirm)["confirm"]).status_code == 200


def test_a_mail_that_is_held_back_costs_what_one_costs_that_goes_out(
    app: Flask, client: Visitor
) -> None:
    *slugs, last = _open_many(app)
    _sign_up_to(client, *slugs)
    _sign_up_to(client, last, address="bob@example.org")  # the form is remembered from here on
    costs = []
    for address in (NOISE, ADA):
        with counting(app) as counted:
            assert sign_up(client, address, last, name="Ada").status_code == 303
        kinds = [statement.split()[0] for statement in counted.statements]
        costs.append(([kind for kind in kinds if kind not in SAVEPOINT], counted.commits))
    assert costs[0] == costs[1]
    assert len(rows_of(app, "outbox_messages", recipient=ADA)) == TEN
