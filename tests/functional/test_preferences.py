"""The preference centre: what somebody receives, changed with the link of any mail."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.core import clock
from subscriptions.core.addresses import mask
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import add_topic
from subscriptions.newsletters.queries import newsletter_by_slug
from tests.support.applications import Visitor
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    dump,
    link_to,
    newsletter_id,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

CHOICES: dict[str, Any] = {"frequency": "every", "locale": "en", "paused_until": ""}


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "noise@example.org", topics=["law"])
    subscribe(app, client, topics=["art"], name="Ada Lovelace")


def _save(app: Flask, client: Visitor, **changes: Any) -> TestResponse:
    return client.post(link_to(app, Purpose.PREFERENCES), data=CHOICES | changes)


def _own(app: Flask, newsletter: str = "news") -> dict[str, Any]:
    [person] = rows_of(app, "subscribers", address_key=ADA.casefold())
    number = newsletter_id(app, newsletter)
    [row] = rows_of(app, "subscriptions", subscriber_id=person["id"], newsletter_id=number)
    return row


def _topics(app: Flask) -> set[str]:
    chosen = rows_of(app, "subscription_topics", subscription_id=_own(app)["id"])
    titles = {row["id"]: row["slug"] for row in rows_of(app, "topics")}
    return {titles[row["topic_id"]] for row in chosen}


def test_the_page_shows_the_present_choices(app: Flask, client: Visitor) -> None:
    page = client.get(link_to(app, Purpose.PREFERENCES)).text
    assert 'value="art" checked' in page
    assert 'value="law" checked' not in page
    assert 'value="every" checked' in page
    assert "Deutsch" in page


def test_the_page_shows_nothing_of_who_somebody_is(app: Flask, client: Visitor) -> None:
    page = client.get(link_to(app, Purpose.PREFERENCES)).text
    assert mask(ADA) in page
    assert ADA not in page
    assert "Lovelace" not in page


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(app: Flask, client: Visitor, method: str) -> None:
    link = link_to(app, Purpose.PREFERENCES)
    before = dump(app)
    assert client.open(link, method=method).status_code == 200
    assert dump(app) == before


@pytest.mark.parametrize("chosen", [[], ["law"], ["art", "law"]])
def test_topics_can_be_chosen(app: Flask, client: Visitor, chosen: list[str]) -> None:
    """MC3, MC6."""
    answer = _save(app, client, topics=chosen)
    assert answer.status_code == 200
    assert "Your choices are saved." in answer.text
    assert _topics(app) == set(chosen)
    page = client.get(link_to(app, Purpose.PREFERENCES)).text
    assert [slug for slug in ("art", "law") if f'value="{slug}" checked' in page] == chosen


def test_frequency_and_language_can_be_chosen(app: Flask, client: Visitor) -> None:
    """MC3."""
    _save(app, client, frequency="monthly", locale="de")
    row = _own(app)
    assert (row["frequency"], row["locale"]) == ("monthly", "de")


def test_a_pause_has_a_last_day_and_can_be_ended_early(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MP3."""
    answer = _save(app, client, paused_until="2026-04-01")
    assert "paused until" in answer.text
    assert _own(app)["paused_until"] == date(2026, 4, 1)
    assert "paused until" in client.get(link_to(app, Purpose.PREFERENCES)).text
    _save(app, client)
    assert _own(app)["paused_until"] is None
    assert clock.now


def test_a_pause_that_is_over_is_not_shown(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    _save(app, client, paused_until="2026-03-09")
    clock.advance(days=7)
    page = client.get(link_to(app, Purpose.PREFERENCES)).text
    assert "paused until" not in page
    assert "2026-03-09" not in page


@pytest.mark.parametrize("field", ["topics", "frequency", "locale", "paused_until"])
@pytest.mark.parametrize("value", ["unknown", "'; DROP TABLE subscriptions; --", "\0", "x" * 9999])
def test_what_is_not_on_offer_is_refused_whole(
    app: Flask, client: Visitor, field: str, value: str
) -> None:
    before = dump(app)
    answer = _save(app, client, **{"topics": ["law"], "frequency": "monthly", field: value})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert dump(app) == before


@pytest.mark.parametrize("day", ["2026-03-02", "2020-01-01", "2028-01-01", "9999-12-31", "soon"])
def test_a_pause_ends_within_the_next_twelve_months(app: Flask, client: Visitor, day: str) -> None:
    assert _save(app, client, paused_until=day).status_code == 422
    assert _own(app)["paused_until"] is None


def test_a_form_without_its_fields_is_refused(app: Flask, client: Visitor) -> None:
    before = dump(app)
    assert client.post(link_to(app, Purpose.PREFERENCES), data={}).status_code == 422
    assert dump(app) == before


def test_choices_touch_nobody_else(app: Flask, client: Visitor) -> None:
    noise = link_to(app, Purpose.PREFERENCES, "noise@example.org")
    before = client.get(noise).data
    _save(app, client, topics=[], frequency="weekly", locale="de")
    assert client.get(noise).data == before


def test_a_topic_that_came_later_is_on_offer(app: Flask, client: Visitor) -> None:
    with app.app_context(), unit_of_work() as session:
        add_topic(session, newsletter_by_slug(session, "news"), "music", "Music")
    assert "Music" in client.get(link_to(app, Purpose.PREFERENCES)).text
    _save(app, client, topics=["music"])
    assert _topics(app) == {"music"}


def test_a_choice_of_a_topic_that_was_retired_since_stays(app: Flask, client: Visitor) -> None:
    with app.app_context(), unit_of_work() as session:
        [art] = [t for t in newsletter_by_slug(session, "news").topics if t.slug == "art"]
        art.retired_at = clock.now()
    _save(app, client, topics=["law"])
    assert _topics(app) == {"art", "law"}


def test_the_page_leads_to_the_unsubscribe_page(app: Flask, client: Visitor) -> None:
    page = client.get(link_to(app, Purpose.PREFERENCES)).text
    assert link_to(app, Purpose.UNSUBSCRIBE) in page
    assert "Unsubscribe from everything" not in page


def test_everything_can_be_ended_at_once(app: Flask, client: Visitor) -> None:
    subscribe(app, client, form="other")
    link = link_to(app, Purpose.PREFERENCES)
    assert "Unsubscribe from everything" in client.get(link).text
    for _ in range(2):
        assert client.post(f"{link}/end-all").status_code == 200
    assert rows_of(app, "subscribers", address_key=ADA.casefold()) == []
    assert "ada@" not in str(dump(app)).lower()  # a reference may have "ada" in it
    assert len(rows_of(app, "subscribers")) == 1


def test_ending_everything_takes_a_post(app: Flask, client: Visitor) -> None:
    before = dump(app)
    assert client.get(f"{link_to(app, Purpose.PREFERENCES)}/end-all").status_code == 405
    assert dump(app) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_link_of_somebody_who_left_leads_nowhere(
    app: Flask, client: Visitor, method: str
) -> None:
    link = link_to(app, Purpose.PREFERENCES)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    before = dump(app)
    assert client.open(link, method=method, data=CHOICES).status_code == 410
    assert dump(app) == before


def test_who_has_not_confirmed_has_no_preferences_yet(app: Flask, client: Visitor) -> None:
    sign_up(client, "pending@example.org")
    link = link_to(app, Purpose.PREFERENCES, "pending@example.org")
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("used", ["confirm", "unsubscribe"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_of_another_purpose_opens_nothing(
    app: Flask, client: Visitor, used: str, method: str
) -> None:
    token = link_to(app, Purpose[used.upper()]).rpartition("/")[2]
    before = dump(app)
    for path in (f"/preferences/{token}", f"/preferences/{token}/end-all"):
        assert client.open(path, method=method, data=CHOICES).status_code in {404, 405}
    assert dump(app) == before
