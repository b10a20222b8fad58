"""Clauses that keep something of who has left, and holds that keep it against their wish."""

from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from flask import Flask

from subscriptions.config import Settings
from subscriptions.core.clock import now
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers.ending import erase_subscriber
from subscriptions.subscribers.states import Event
from tests.support.applications import Visitor
from tests.support.held import held
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, sign_up, subscribe

PROFILE = {"name": "Augusta Lovelace"}
HELD = 'hold = "P30D"\nhold_reason = "We may have to prove your consent."'


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A policy that keeps address and consent for 90 days after the end, held for 30 of them."""
    text = (files("subscriptions.privacy") / "policies" / "default.toml").read_text()
    for clause in ("subscription", "consent"):
        at = text.index(f'id = "{clause}"')
        text = text[:at] + text[at:].replace('keep = "P0D"', f'keep = "P90D"\n{HELD}', 1)
    path = tmp_path / "keeping.toml"
    path.write_text(text)
    return settings.model_copy(update={"policy": str(path)})


@pytest.fixture(autouse=True)
def _subscribed(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    subscribe(app, client, "noise@example.org", name="Noise")
    subscribe(app, client, **PROFILE)


def _run(app: Flask) -> None:
    with app.app_context():
        run_retention(now())


def _statuses(app: Flask) -> dict[str, str]:
    people = {row["id"]: row["address"] for row in rows_of(app, "subscribers")}
    return {people[r["subscriber_id"]]: r["status"] for r in rows_of(app, "subscriptions")}


def _erase_ada(app: Flask) -> None:
    [ada] = [row["id"] for row in rows_of(app, "subscribers") if row["address"] == ADA]
    with app.app_context(), unit_of_work() as session:
        erase_subscriber(session, ada, Event.UNSUBSCRIBED)


def test_what_a_clause_keeps_stays_until_its_day_and_the_rest_goes_at_once(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MC9."""
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert _statuses(app)[ADA] == "ended"
    assert held(app, PROFILE["name"]) == []
    clock.advance(days=89, hours=23, minutes=59, seconds=59)
    _run(app)
    assert held(app, ADA)
    assert len(rows_of(app, "consent_records")) == 4
    clock.advance(seconds=1)
    _run(app)
    assert held(app, ADA) == []
    assert set(_statuses(app)) == {"noise@example.org"}
    assert len(rows_of(app, "consent_records")) == 2


def test_the_page_says_what_stays_and_until_when(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MC9: erasure tells the person what stays and until when."""
    page = client.post(link_to(app, Purpose.UNSUBSCRIBE)).text
    _, went, stays = page.partition("What stays, and until when")[0].partition("What was erased")
    assert "What else you chose to tell" in stays
    assert went
    day = (clock.now + timedelta(days=90)).strftime("%-d %B %Y")
    assert f"The record of your consent, until {day}." in page
    assert "We may have to prove your consent." in page
    assert "have been erased" not in page


def test_a_hold_outlasts_the_wish_to_be_erased_and_nothing_else_does(
    app: Flask, clock: FrozenClock
) -> None:
    """MC9."""
    _erase_ada(app)
    clock.advance(days=29, hours=23, minutes=59, seconds=59)
    _run(app)
    assert _statuses(app)[ADA] == "ended"
    assert held(app, ADA)
    clock.advance(seconds=1)
    _run(app)
    assert held(app, ADA) == []


def test_a_hold_outlasts_the_newsletter_and_nothing_else_does(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MC9, MC5."""
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, "news")
    clock.advance(days=29, hours=23, minutes=59, seconds=59)
    _run(app)
    assert _statuses(app) == {ADA: "ended"}
    clock.advance(seconds=1)
    _run(app)
    assert rows_of(app, "subscribers") == []
    assert held(app, ADA) == []


def test_leaving_first_and_asking_for_erasure_later_counts_from_the_leaving(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    clock.advance(days=20)
    _erase_ada(app)
    clock.advance(days=9)
    _run(app)
    assert held(app, ADA)
    clock.advance(days=1)
    _run(app)
    assert held(app, ADA) == []


def test_nothing_of_a_sign_up_that_was_never_confirmed_is_kept(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    sign_up(client, "pending@example.org")
    clock.advance(days=7)
    _run(app)
    assert held(app, "pending@example.org") == []


def test_coming_back_and_not_confirming_keeps_nothing_longer(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    before = rows_of(app, "consent_records")
    clock.advance(days=80)
    sign_up(client, **PROFILE)
    assert _statuses(app)[ADA] == "pending"
    clock.advance(days=7)
    _run(app)
    assert _statuses(app)[ADA] == "ended"
    assert held(app, PROFILE["name"]) == []
    assert rows_of(app, "consent_records") == before
    clock.advance(days=3)
    _run(app)
    assert held(app, ADA) == []


def test_coming_back_and_confirming_ends_the_end(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    clock.advance(days=80)
    subscribe(app, client, **PROFILE)
    clock.advance(days=300)
    _run(app)
    assert _statuses(app)[ADA] == "active"


def test_an_ended_one_gets_no_mail_and_its_links_open_nothing(app: Flask, client: Visitor) -> None:
    preferences = link_to(app, Purpose.PREFERENCES)
    leave = link_to(app, Purpose.UNSUBSCRIBE)
    client.post(leave)
    assert not [m for m in rows_of(app, "outbox_messages") if m["recipient"] == ADA]
    assert client.get(preferences).status_code in {404, 410}
    assert client.post(leave).status_code == 200
    assert len([r for r in rows_of(app, "daily_counts") if r["event"] == "unsubscribed"]) == 1


@pytest.mark.parametrize(("wanted_gone", "days"), [(False, 90), (True, 30)])
def test_to_ask_for_it_anew_prolongs_nothing_of_before(
    app: Flask, client: Visitor, clock: FrozenClock, days: int, *, wanted_gone: bool
) -> None:
    """MC9, MM7: who signs up again and has not confirmed keeps no older proof in being."""
    if wanted_gone:
        _erase_ada(app)
    else:
        client.post(link_to(app, Purpose.UNSUBSCRIBE))
    clock.advance(days=days - 1)
    sign_up(client)
    clock.advance(hours=23, minutes=59, seconds=59)
    _run(app)
    assert _steps_of_ada(app) == ["requested", "confirmed", "requested"]
    clock.advance(seconds=1)
    _run(app)
    assert _steps_of_ada(app) == ["requested"]
    assert client.post(link_to(app, Purpose.CONFIRM)).status_code == 200
    assert _steps_of_ada(app) == ["requested", "confirmed"]


def _steps_of_ada(app: Flask) -> list[str]:
    [ada] = [row["id"] for row in rows_of(app, "subscribers") if row["address"] == ADA]
    [hers] = [row["id"] for row in rows_of(app, "subscriptions") if row["subscriber_id"] == ada]
    return [r["step"] for r in rows_of(app, "consent_records") if r["subscription_id"] == hers]
