"""The clause on inactive people, as the policy mail-manager has it: two years, then thirty days."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from subscriptions.core.clock import now
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers.models import Subscription
from tests.support.applications import Visitor
from tests.support.held import held
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, subscribe

pytestmark = pytest.mark.settings(policy="mail-manager")
TWO_YEARS = timedelta(days=731)  # 2028 has a 29 February


@pytest.fixture(autouse=True)
def _subscribed(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    subscribe(app, client, name="Augusta Lovelace")


def _run(app: Flask) -> dict[str, int]:
    with app.app_context():
        erased = run_retention(now())
        return {clause: number for clause, number in erased.items() if number}


def _asked(app: Flask) -> list[str]:
    mails = rows_of(app, "outbox_messages")
    return [mail["recipient"] for mail in mails if mail["template"] == "still_wanted"]


def _set(app: Flask, **values: Any) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Subscription).values(values))


def test_who_does_nothing_for_two_years_is_asked_and_thirty_days_later_erased(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer
) -> None:
    """MM6."""
    assert smtp
    clock.advance(seconds=TWO_YEARS.total_seconds() - 1)
    _run(app)
    assert _asked(app) == []
    clock.advance(seconds=1)
    _run(app)
    assert _asked(app) == [ADA]
    [mail] = rows_of(app, "outbox_messages", template="still_wanted")
    assert mail["context"]["until"] == "1 April 2028"
    _run(app)
    assert _asked(app) == [ADA]
    clock.advance(seconds=timedelta(days=30).total_seconds() - 1)
    _run(app)
    assert held(app, ADA)
    clock.advance(seconds=1)
    assert _run(app)["inactive"] == 1
    assert held(app, ADA, "Augusta Lovelace") == []


def test_a_yes_keeps_it_for_two_more_years(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    """MM6."""
    clock.advance(seconds=TWO_YEARS.total_seconds())
    _run(app)
    stay = link_to(app, Purpose.STAY)
    page = client.get(stay)
    assert page.status_code == 200
    assert ADA not in page.text
    clock.advance(days=29)
    assert client.post(stay).status_code == 200
    assert client.post(stay).status_code == 200
    clock.advance(days=700)
    assert "inactive" not in _run(app)
    assert held(app, ADA)


def test_looking_at_the_page_is_no_answer(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    """MM6."""
    clock.advance(seconds=TWO_YEARS.total_seconds())
    _run(app)
    stay = link_to(app, Purpose.STAY)
    client.get(stay)
    clock.advance(days=30)
    assert _run(app)["inactive"] == 1
    assert client.get(stay).status_code == 410
    assert client.post(stay).status_code == 410


def test_a_change_of_preferences_is_engagement(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    clock.advance(days=400)
    preferences = link_to(app, Purpose.PREFERENCES)
    changed = client.post(preferences, data={"frequency": "monthly", "locale": "en"})
    assert changed.status_code < 400
    clock.advance(days=400)
    _run(app)
    assert _asked(app) == []


@pytest.mark.parametrize("field", ["restricted_at", "paused_until"])
def test_who_is_restricted_or_pauses_is_neither_asked_nor_erased(
    app: Flask, clock: FrozenClock, field: str
) -> None:
    later = clock.now + timedelta(days=2000)
    _set(app, **{field: later.date() if field == "paused_until" else clock.now})
    clock.advance(days=1000)
    _run(app)
    assert _asked(app) == []
    clock.advance(days=100)
    assert "inactive" not in _run(app)
    assert held(app, ADA)
