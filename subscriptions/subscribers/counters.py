"""The anonymous daily counters."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from huey import crontab
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.jobs import Job
from subscriptions.core.statements import table_of, upsert
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.models import OutboxMessage
from subscriptions.subscribers.models import DailyCount
from subscriptions.subscribers.states import Event

SHARDS = 8
FOLD = "subscribers.fold counters"
DAYS = table_of(DailyCount)

COUNT = upsert(
    DailyCount,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["day", "newsletter_id", "event", "took", "shard"],
        set_={"count": DailyCount.count + insert.excluded.count},
    ),
)


def count(
    connection: Connection, newsletter_id: int, event: Event, number: int = 1, took: int = 0
) -> None:
    """Count one more ``event`` today, or ``number`` more. ``took`` is a :func:`duration`."""
    # SQLite has one writer at a time; on PostgreSQL sign-ups would queue at one row's lock.
    shards = 1 if connection.dialect.name == "sqlite" else SHARDS
    parameters = {
        "day": clock.today(),
        "newsletter_id": newsletter_id,
        "event": event.value,
        "took": took,
        "shard": random.randrange(shards),  # noqa: S311 (not a secret)
        "count": number,
    }
    COUNT.run(connection, parameters)


def count_bounce(session: Session, message: OutboxMessage) -> None:
    """Count a mail about a newsletter, to somebody of its list, that was refused for good."""
    if message.newsletter_id is not None and message.subscriber_id is not None:
        count(session.connection(), message.newsletter_id, Event.BOUNCED)


def fold_shards() -> None:
    """Put the shards of each day that is over into one, so that years stay quick to read."""
    while _folded_a_day():
        pass


def _folded_a_day() -> bool:
    with unit_of_work() as session:
        over = (DAYS.c["day"] < clock.today()) & (DAYS.c.shard > 0)
        day = session.scalar(select(func.min(DAYS.c["day"])).where(over))
        shards = delete(DAYS).where(DAYS.c["day"] == day, DAYS.c.shard > 0).returning(*DAYS.c)
        for row in session.execute(shards).mappings().all() if day else ():
            COUNT.run(session.connection(), {**row, "shard": 0})
    return day is not None


def duration(passed: timedelta) -> int:
    """A length of time as a counter keeps it: ``n`` for less than 2**n seconds, but no less than 1.

    So coarse that a count of one says of nobody when they did what.
    """
    return max(1, int(passed.total_seconds()).bit_length())


def daily_counts(
    session: Session, since: date, newsletter_ids: Sequence[int]
) -> list[tuple[date, str, int]]:
    """``(day, event, count)`` since a day, over these newsletters together."""
    rows = session.execute(
        select(DailyCount.day, DailyCount.event, func.sum(DailyCount.count))
        .where(DailyCount.day >= since, DailyCount.newsletter_id.in_(newsletter_ids))
        .group_by(DailyCount.day, DailyCount.event)
        .order_by(DailyCount.day)
    )
    return [(day, event, int(total)) for day, event, total in rows]


def durations(session: Session, since: date, newsletter_ids: Sequence[int]) -> dict[int, int]:
    """How many confirmations since a day took how long, by :func:`duration`."""
    rows = session.execute(
        select(DailyCount.took, func.sum(DailyCount.count))
        .where(
            DailyCount.day >= since,
            DailyCount.newsletter_id.in_(newsletter_ids),
            DailyCount.event == Event.CONFIRMED.value,
            DailyCount.took > 0,
        )
        .group_by(DailyCount.took)
    )
    return {took: int(total) for took, total in rows}


def first_day(session: Session, newsletter_ids: Sequence[int]) -> date | None:
    """The first day that anything is counted of."""
    counted = select(DailyCount.day).where(DailyCount.newsletter_id.in_(newsletter_ids))
    # In the order of the key the first one found is it; a minimum would read every row.
    return session.scalar(counted.order_by(DailyCount.day).limit(1))


def median(durations: Mapping[int, int]) -> timedelta | None:
    """About the time that half of them took no longer than; None of nothing.

    Right to within a factor of two, the width of a step, and mostly much closer: within a step
    they are taken to be spread evenly on a logarithmic scale.
    """
    half = sum(durations.values()) / 2
    for took in sorted(durations):
        if half <= durations[took]:
            return timedelta(seconds=2 ** (took - 1 + half / durations[took]))
        half -= durations[took]
    return None


JOBS = (Job(FOLD, fold_shards, every=crontab(minute="5", hour="*")),)
