"""The anonymous daily counters."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.subscribers.models import DailyCount
from subscriptions.subscribers.states import Event

SHARDS = 8


def count(session: Session, newsletter_id: int, event: Event, amount: int = 1) -> None:
    """Count one more ``event`` today."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = sqlite if is_sqlite else postgresql
    statement = insert.insert(DailyCount).values(
        day=clock.today(),
        newsletter_id=newsletter_id,
        event=event.value,
        # SQLite has one writer at a time; on PostgreSQL sign-ups would queue at one row's lock.
        shard=0 if is_sqlite else random.randrange(SHARDS),  # noqa: S311 (not a secret)
        count=amount,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["day", "newsletter_id", "event", "shard"],
            set_={"count": DailyCount.count + statement.excluded.count},
        )
    )


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
