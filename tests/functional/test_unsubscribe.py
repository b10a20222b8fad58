"""Leaving: one click, without a cookie, any number of times, and nothing of the person stays."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.core.addresses import mask
from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    sizes,
    subscribe,
)

NOISE = "noise@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
# What may stay, by the policy: anonymous counters and random ids.
ANONYMOUS = {"daily_counts", "erased_references"}


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, NOISE, topics=["art"], name="Noise")


def _one_click(app: Flask, link: str, **options: str) -> TestResponse:
    """What a mail provider sends (RFC 8058): a POST from nowhere, with no cookie."""
    provider = Visitor(app, use_cookies=False)
    return provider.post(link, data=ONE_CLICK, **options)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_ends_and_erases_and_a_second_click_is_fine(
    app: Flask, client: Visitor, kind: str
) -> None:
    """MM1, MC12, MG3."""
    before = dump(app)
    subscribe(app, client, topics=["art", "law"], name="Ada", phone="1")
    link = link_to(app, Purpose.UNSUBSCRIBE)
    for _ in range(2):
        answer = _one_click(app, link, content_type=kind)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "Location" not in answer.headers
    after = dump(app)
    for table in before.keys() - ANONYMOUS:
        assert after[table] == before[table], table
    assert "ada@" not in str(after).lower()


def test_the_link_in_the_mail_s_header_is_the_one_that_works(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MM1, MG3."""
    subscribe(app, client)
    deliver(app, smtp)
    clock.advance(hours=1)
    sign_up(client)
    [mail] = deliver(app, smtp)
    assert mail.content["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = str(mail.content["List-Unsubscribe"]).strip("<>")
    assert url.endswith(links_in(mail)["unsubscribe"])
    assert _one_click(app, url).status_code == 200
    assert rows_of(app, "subscribers", address_key=ADA.casefold()) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_follows_the_link_ends_nothing(
    app: Flask, client: Visitor, method: str
) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    before = dump(app)
    for _ in range(3):
        assert client.open(link, method=method).status_code == 200
    assert dump(app) == before


def test_the_page_says_what_will_end_and_offers_less(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    page = client.get(link_to(app, Purpose.UNSUBSCRIBE)).text
    assert mask(ADA) in page
    assert ADA not in page
    assert "Unsubscribe from The news letter" in page
    assert "your only subscription" in page
    assert link_to(app, Purpose.PREFERENCES) in page
    assert page.count("<button") == 1


def test_the_button_of_the_page_sends_what_a_mail_provider_would(
    app: Flask, client: Visitor
) -> None:
    subscribe(app, client)
    page = client.get(link_to(app, Purpose.UNSUBSCRIBE)).text
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in page
    assert f'action="{link_to(app, Purpose.UNSUBSCRIBE)}"' in page


def test_the_answer_says_that_everything_is_erased(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    page = client.post(link_to(app, Purpose.UNSUBSCRIBE), data=ONE_CLICK).text
    assert "You are unsubscribed" in page
    assert "have been erased" in page
    assert 'href="/forms/news"' in page


def test_after_that_the_page_says_that_it_is_over(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    client.post(link)
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 200
        assert "This subscription is over" in answer.text


def test_a_link_works_after_years(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    clock.advance(days=3650)
    assert _one_click(app, link).status_code == 200
    assert rows_of(app, "subscribers", address_key=ADA.casefold()) == []


def test_an_old_link_does_not_end_a_newer_subscription(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    old = link_to(app, Purpose.UNSUBSCRIBE)
    _one_click(app, old)
    subscribe(app, client)
    before = dump(app)
    assert _one_click(app, old).status_code == 200
    assert dump(app) == before


def test_a_pending_sign_up_can_be_ended_as_well(app: Flask, client: Visitor) -> None:
    sign_up(client)
    assert _one_click(app, link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    assert rows_of(app, "subscribers", address_key=ADA.casefold()) == []


def test_mail_that_is_queued_for_the_person_is_not_sent(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MG3."""
    deliver(app, smtp)
    subscribe(app, client)
    assert rows_of(app, "outbox_messages", recipient=ADA)
    _one_click(app, link_to(app, Purpose.UNSUBSCRIBE))
    assert deliver(app, smtp) == []
    assert "outbox_messages" not in sizes(app)


def test_another_subscription_stays_and_so_does_the_person(app: Flask, client: Visitor) -> None:
    subscribe(app, client, name="Of news", topics=["law"])
    subscribe(app, client, form="other", name="Of other", topics=["art"])
    page = client.get(link_to(app, Purpose.UNSUBSCRIBE)).text
    assert "Your other subscription stays as it is." in page
    answer = client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert "have been erased" not in answer.text
    [person] = rows_of(app, "subscribers", address_key=ADA.casefold())
    [left] = rows_of(app, "subscriptions", subscriber_id=person["id"])
    assert left["status"] == "active"
    assert [row["name"] for row in rows_of(app, "profiles") if row["name"] != "Noise"] == [
        "Of other"
    ]
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE, newsletter="other")).status_code == 200
    assert rows_of(app, "subscribers", address_key=ADA.casefold()) == []


def test_a_departure_is_counted_once(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    for _ in range(3):
        client.post(link)
    counted = rows_of(app, "daily_counts", event="unsubscribed")
    assert sum(row["count"] for row in counted) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("used", ["confirm", "preferences"])
def test_a_token_of_another_purpose_ends_nothing(
    app: Flask, client: Visitor, method: str, used: str
) -> None:
    subscribe(app, client)
    token = link_to(app, Purpose[used.upper()]).rpartition("/")[2]
    before = dump(app)
    answer = client.open(f"/unsubscribe/{token}", method=method, data=ONE_CLICK)
    assert answer.status_code == 404
    assert dump(app) == before


@pytest.mark.parametrize("damage", ["cut", "longer", "flipped", "rubbish"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_whole_is_not_found(
    app: Flask, client: Visitor, damage: str, method: str
) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    broken = {
        "cut": link[:-5],
        "longer": f"{link}AAAA",
        "flipped": link.replace(".0.", ".1."),
        "rubbish": "/unsubscribe/rubbish",
    }[damage]
    before = dump(app)
    answer = client.open(broken, method=method, data=ONE_CLICK)
    assert answer.status_code == 404
    assert "the whole link" in answer.text
    assert dump(app) == before
