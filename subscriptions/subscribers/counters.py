"""The anonymous daily counters."""

import random
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.statements import upsert
from subscriptions.subscribers.models import DailyCount
from subscriptions.subscribers.states import Event

SHARDS = 8


COUNT = upsert(
    DailyCount,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["day", "newsletter_id", "event", "shard"],
        set_={"count": DailyCount.count + insert.excluded.count},
    ),
)


def count(connection: Connection, newsletter_id: int, event: Event, number: int = 1) -> None:
    """Count one more ``event`` today, or ``number`` more."""
    # SQLite has one writer at a time; on PostgreSQL sign-ups would queue at one row's lock.
    shards = 1 if connection.dialect.name == "sqlite" else SHARDS
    parameters = {
        "day": clock.today(),
        "newsletter_id": newsletter_id,
        "event": event.value,
        "shard": random.randrange(shards),  # noqa: S311 (not a secret)
        "count": number,
    }
    COUNT.run(connection, parameters)


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
