"""Time travel: what each shipped policy promises, from sign-up to the last erasure.

Each story looks at every table the moment before a limit and the moment after it.
"""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from subscriptions.core.clock import now
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.privacy.retention.running import run_retention
from tests.support.applications import Visitor
from tests.support.data_requests import SAYS, close_in, record_in
from tests.support.held import held
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, sign_up, subscribe

POLICIES = ("default", "mail-manager", "mmunic", "mailpro", "mailigen", "mailissa")
STAYER = "stayer@example.org"
OF_PEOPLE = (
    "subscribers",
    "subscriptions",
    "subscription_topics",
    "profiles",
    "consent_records",
    "outbox_messages",
)
INSTANT = timedelta(seconds=1)


def under(policy: str) -> pytest.MarkDecorator:
    """Run the test under this policy."""
    return pytest.mark.settings(policy=policy)


every_policy = pytest.mark.parametrize(
    "policy", [pytest.param(name, marks=under(name)) for name in POLICIES]
)


def _run(app: Flask) -> None:
    with app.app_context():
        run_retention(now())


def _left(app: Flask) -> dict[str, int]:
    return {table: len(rows) for table in OF_PEOPLE if (rows := rows_of(app, table))}


def _open(app: Flask, policy: str, slug: str = "news") -> dict[str, str]:
    """A newsletter whose form asks for what the policy allows, and what somebody tells it."""
    told = {} if policy == "mailissa" else {"name": "Augusta Lovelace"}
    open_newsletter(app, slug, fields=tuple(told))
    return told


def _close(app: Flask, slug: str = "news") -> None:
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, slug)


@every_policy
def test_an_unconfirmed_address_goes_after_seven_days(
    app: Flask, client: Visitor, clock: FrozenClock, policy: str
) -> None:
    """MS2, MM7, §7 UWG."""
    told = _open(app, policy)
    sign_up(client, **told)
    clock.advance(days=7)
    clock.advance(seconds=-1)
    _run(app)
    assert _left(app)["subscribers"] == 1
    assert held(app, ADA)
    clock.advance(seconds=1)
    _run(app)
    assert _left(app) == {}
    assert held(app, ADA, *told.values()) == []


@every_policy
def test_who_unsubscribes_is_gone_at_once(
    app: Flask, client: Visitor, clock: FrozenClock, policy: str
) -> None:
    """MM1, MC5, MC12, MP6, MG3, MS3."""
    told = _open(app, policy)
    subscribe(app, client, STAYER, **told)
    subscribe(app, client, **told)
    clock.advance(days=200)
    _run(app)
    assert len(rows_of(app, "subscribers")) == 2
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    assert held(app, ADA) == []
    assert [row["address"] for row in rows_of(app, "subscribers")] == [STAYER]


def _closing_story(
    app: Flask,
    client: Visitor,
    clock: FrozenClock,
    policy: str,
    limits: tuple[timedelta, timedelta],
) -> None:
    """Nothing goes before the first limit, and after the last one nothing is left."""
    told = _open(app, policy)
    _open(app, policy, "tips")
    subscribe(app, client, STAYER, "tips", **told)
    subscribe(app, client, **told)
    _run(app)
    full = _left(app)
    clock.advance(days=100)
    _run(app)
    _close(app)
    earliest, latest = limits
    if earliest:
        clock.advance(seconds=(earliest - INSTANT).total_seconds())
        _run(app)
        assert _left(app) == full
        assert held(app, ADA, *told.values())
        clock.advance(seconds=1)
    if latest > earliest:
        clock.advance(seconds=(latest - earliest).total_seconds())
    _run(app)
    assert held(app, ADA) == []
    assert [row["address"] for row in rows_of(app, "subscribers")] == [STAYER]
    assert len(rows_of(app, "consent_records")) == 2


@under("mailpro")
def test_mailpro_erases_nothing_before_day_45_after_closing_and_everything_by_day_60(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MP2."""
    _closing_story(app, client, clock, "mailpro", (timedelta(days=45), timedelta(days=45)))


@under("mailpro")
def test_mailpro_is_done_by_day_60_even_if_the_purge_stood_still(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MP2."""
    _closing_story(app, client, clock, "mailpro", (timedelta(days=45), timedelta(days=60)))


@under("mailigen")
def test_mailigen_has_nothing_left_three_months_after_closing(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MG6: at most three months; it may go earlier, and does."""
    _closing_story(app, client, clock, "mailigen", (timedelta(), timedelta()))


@pytest.mark.parametrize(
    "policy", [pytest.param(name, marks=under(name)) for name in ("mmunic", "mailissa")]
)
def test_with_the_newsletter_its_list_goes(
    app: Flask, client: Visitor, clock: FrozenClock, policy: str
) -> None:
    """MC5, MS9."""
    _closing_story(app, client, clock, policy, (timedelta(), timedelta()))


@pytest.mark.parametrize(
    "policy", [pytest.param(name, marks=under(name)) for name in ("default", "mail-manager")]
)
def test_a_week_after_closing_nothing_is_left(
    app: Flask, client: Visitor, clock: FrozenClock, policy: str
) -> None:
    _closing_story(app, client, clock, policy, (timedelta(days=7), timedelta(days=7)))


@pytest.mark.parametrize(
    ("policy", "last_day"),
    [
        pytest.param(name, day, marks=under(name))
        for name, day in (
            ("default", datetime(2026, 6, 2, 9, 30, tzinfo=UTC)),
            ("mmunic", datetime(2027, 3, 2, 9, 30, tzinfo=UTC)),
            ("mailissa", datetime(2026, 4, 1, 9, 30, tzinfo=UTC)),
        )
    ],
)
def test_an_enquiry_goes_some_time_after_the_last_contact(
    app: Flask, client: Visitor, clock: FrozenClock, policy: str, last_day: datetime
) -> None:
    """MC8: twelve months; MS10."""
    words = "Was anybody listening?"
    assert client.get("/").status_code == 200
    client.post("/contact", data={"email": ADA, "message": words})
    clock.move_to(last_day - INSTANT)
    _run(app)
    assert held(app, words)
    clock.advance(seconds=1)
    _run(app)
    assert held(app, ADA, words) == []


@pytest.mark.parametrize(
    ("policy", "last_day"),
    [
        pytest.param(name, day, marks=under(name))
        for name, day in (
            ("default", datetime(2027, 3, 22, 9, 30, tzinfo=UTC)),
            ("mmunic", datetime(2027, 3, 22, 9, 30, tzinfo=UTC)),
            ("mailissa", datetime(2026, 9, 22, 9, 30, tzinfo=UTC)),
        )
    ],
)
def test_a_request_stays_until_its_time_after_it_was_closed_and_no_longer(
    app: Flask, client: Visitor, clock: FrozenClock, policy: str, last_day: datetime
) -> None:
    """MC8, MM2: it outlives an erasure, because it has to be answered."""
    told = _open(app, policy)
    subscribe(app, client, **told)
    reference = record_in(app)
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    clock.advance(days=20)
    _run(app)
    close_in(app, reference)
    clock.move_to(last_day - INSTANT)
    _run(app)
    assert len(rows_of(app, "data_requests")) == 1
    clock.advance(seconds=1)
    _run(app)
    assert held(app, ADA, SAYS, *told.values()) == []
    assert rows_of(app, "request_steps") == []


@under("mmunic")
def test_statistics_stay_for_25_months_and_name_nobody(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MC10."""
    told = _open(app, "mmunic")
    subscribe(app, client, **told)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    clock.advance(days=25 * 31)
    _run(app)
    assert {row["event"] for row in rows_of(app, "daily_counts")} == {
        "requested",
        "confirmed",
        "unsubscribed",
    }
    assert held(app, ADA, *told.values()) == []
    clock.advance(days=6 * 31)
    _run(app)
    assert rows_of(app, "daily_counts") == []
