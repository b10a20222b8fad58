"""After an unsubscribe the page says what was erased, what stays, why and until when (MC9)."""

import html

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, link_to, open_newsletter, rows_of, subscribe

ERASED = "What was erased"
STAYS = "What stays, and until when"
ADDRESS = "Address, topics, frequency and language"
PROFILE = "What else you chose to tell on the form"
CONSENT = "The record of your consent"
WAITING = "Mail that waits to be sent"
OTHERS = "your other subscriptions stay until you end them"


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "noise@example.org", topics=["art"], name="Noise")
    deliver(app, smtp)


def _leave(app: Flask, client: Visitor) -> str:
    return html.unescape(client.post(link_to(app, Purpose.UNSUBSCRIBE)).text)


def test_it_names_everything_that_there_was(app: Flask, client: Visitor) -> None:
    subscribe(app, client, name="Ada")
    page = _leave(app, client)
    assert page.count(ERASED) == 1
    for title in (ADDRESS, PROFILE, CONSENT, WAITING):
        assert f"<li>{title}</li>" in page


def test_it_does_not_name_what_there_was_not(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    subscribe(app, client)
    deliver(app, smtp)
    page = _leave(app, client)
    assert ADDRESS in page
    assert PROFILE not in page
    assert WAITING not in page


def test_it_says_what_stays_why_and_until_when(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    subscribe(app, client)
    clock.advance(days=1)
    page = _leave(app, client)
    assert STAYS in page
    assert "Journal of erasures, until 7 April 2027." in page
    assert "It holds random numbers, nothing about you." in page
    assert "Daily counts of sign-ups and departures, until 15 June 2029." in page
    assert "The counts name nobody." in page
    assert 'href="/privacy"' in page


def test_the_day_it_names_is_the_day_of_the_purge(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MM7: the page promises what the job does."""
    subscribe(app, client)
    assert "Journal of erasures, until 6 April 2027." in _leave(app, client)
    runner = app.test_cli_runner()
    for day, left in (("2027-04-05", 1), ("2027-04-07", 0)):
        assert runner.invoke(args=["retention", "run", "--as-of", day]).exit_code == 0
        assert len(rows_of(app, "erased_references")) == left


def test_with_another_subscription_left_it_says_that_the_address_stays(
    app: Flask, client: Visitor
) -> None:
    subscribe(app, client, name="Ada")
    subscribe(app, client, form="other")
    page = _leave(app, client)
    assert OTHERS in page
    for title in (PROFILE, CONSENT, WAITING, STAYS):
        assert title in page
    assert "Your address and all that belonged to it have been erased." not in page


def test_ending_all_of_them_says_the_same(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    subscribe(app, client, form="other", name="Ada")
    page = client.post(f"{link_to(app, Purpose.PREFERENCES)}/end-all").text
    for said in (ERASED, ADDRESS, PROFILE, CONSENT, STAYS):
        assert said in page
    assert OTHERS not in page


def test_a_second_click_claims_no_second_erasure(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    client.post(link)
    for answer in (client.post(link), client.get(link)):
        assert answer.status_code == 200
        assert ERASED not in answer.text
        assert STAYS not in answer.text


def test_what_one_person_was_told_is_not_told_another(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer
) -> None:
    """The page is remembered: for the same newsletter, the same losses and the same day only."""
    for number in range(3):
        more = {"name": "Ada"} if number == 1 else {}
        subscribe(app, client, f"{number}@example.org", **more)
    subscribe(app, client, "elsewhere@example.org", "other")
    deliver(app, smtp)

    def leave(address: str, newsletter: str = "news") -> str:
        link = link_to(app, Purpose.UNSUBSCRIBE, address, newsletter)
        return html.unescape(client.post(link).text)

    first, second = leave("0@example.org"), leave("1@example.org")
    assert PROFILE not in first
    assert PROFILE in second
    assert "The other letter" in leave("elsewhere@example.org", "other")
    clock.advance(days=1)
    assert "until 7 April 2027." not in first
    assert "until 7 April 2027." in leave("2@example.org")
