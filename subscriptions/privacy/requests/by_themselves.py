"""What people did about their own data by themselves: counted by day and right, of nobody.

The owner of a list is told that its people exercised their rights, and never who: that would keep
what was just erased.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.statements import upsert
from subscriptions.core.words import mark
from subscriptions.operators.notices import Notice, tell_owners
from subscriptions.privacy.requests.models import RightsCount
from subscriptions.privacy.requests.telling import tell_of_person
from subscriptions.privacy.requests.terms import Kind

SHOWN = 30  # lines of the list
DONE = Notice(
    mark("People exercised their rights by themselves"),
    mark("One right was exercised behind a manage link, and carried out. Nothing is left to do."),
    mark(
        "%(num)d rights were exercised behind manage links, and carried out. Nothing is left to do."
    ),
    "requests",
)
ONE_MORE = upsert(
    RightsCount,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["day", "kind"], set_={"count": RightsCount.count + 1}
    ),
)


class Exercised(NamedTuple):
    """How often a right was exercised on a day."""

    day: date
    kind: str
    times: int


def count_right(session: Session, kind: Kind, subscriber_id: int) -> None:
    """Count one more today, and tell webhooks; ``subscriber_id`` may be gone by that."""
    values = {"day": clock.today(), "kind": kind.value, "count": 1, "told": 0}
    ONE_MORE.run(session.connection(), values)
    tell_of_person(session, subscriber_id)


def exercised(session: Session) -> Sequence[Exercised]:
    """The latest days on which there was something."""
    latest = select(RightsCount.day, RightsCount.kind, RightsCount.count)
    rows = session.execute(latest.order_by(RightsCount.day.desc(), RightsCount.kind).limit(SHOWN))
    return [Exercised(*row) for row in rows]


def tell_of_rights(session: Session) -> None:
    """Tell owners of the days before today that they don't know of: one mail a day at the most."""
    new = RightsCount.day < clock.today(), RightsCount.count > RightsCount.told
    number = session.scalar(select(func.sum(RightsCount.count - RightsCount.told)).where(*new))
    if number:
        session.execute(update(RightsCount).where(*new).values(told=RightsCount.count))
        tell_owners(session, DONE, int(number))
