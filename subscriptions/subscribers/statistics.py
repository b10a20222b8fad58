"""What the snapshots and the tables say of how many subscribers there are, and were."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.subscribers.models import Snapshot, Subscription
from subscriptions.subscribers.snapshots import Kind
from subscriptions.subscribers.states import Status

MANY = 50_000  # more than so many index entries are not counted while somebody waits
FRESH = timedelta(days=1)
SHOWN = (Status.ACTIVE.value, Status.PENDING.value)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many active subscriptions of a newsletter bear a mark, such as a language.

    ``number`` is None for too few to tell; see :data:`subscriptions.subscribers.snapshots.FEWEST`.
    """

    newsletter_id: int
    kind: str
    name: str
    number: int | None
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Totals:
    """How many subscriptions of a newsletter are active, and how many are not confirmed yet.

    ``counted_at`` is None if they were counted just now.
    """

    active: int = 0
    pending: int = 0
    counted_at: datetime | None = None


def latest_figures(session: Session, newsletter_ids: Sequence[int]) -> Sequence[Figure]:
    """The figures of the last day that was counted, the largest first."""
    last = select(func.max(Snapshot.day)).scalar_subquery()
    rows = session.scalars(
        select(Snapshot).where(Snapshot.day == last, Snapshot.newsletter_id.in_(newsletter_ids))
    )
    found = [Figure(r.newsletter_id, r.kind, r.name, r.number, r.counted_at) for r in rows]
    return sorted(found, key=lambda figure: (-(figure.number or 0), figure.name))


def growth(
    session: Session, since: date, newsletter_ids: Sequence[int]
) -> dict[int, dict[date, int]]:
    """Active subscriptions of each newsletter at the end of each counted day since ``since``."""
    rows = session.execute(
        select(Snapshot.newsletter_id, Snapshot.day, Snapshot.number)
        .where(
            Snapshot.day >= since,
            Snapshot.newsletter_id.in_(newsletter_ids),
            Snapshot.kind == Kind.STATUS.value,
            Snapshot.name == Status.ACTIVE.value,
        )
        .order_by(Snapshot.day)
    )
    found: dict[int, dict[date, int]] = {newsletter_id: {} for newsletter_id in newsletter_ids}
    for newsletter_id, day, number in rows:
        found[newsletter_id][day] = number or 0
    return found


def totals_of(session: Session, newsletter_ids: Sequence[int]) -> dict[int, Totals]:
    """The totals of each newsletter: counted now if that is soon done, or else by the snapshot."""
    known = _counted_before(session, newsletter_ids)
    if sum(each.active + each.pending for each in known.values()) < MANY:
        known = {}
    rest = [newsletter_id for newsletter_id in newsletter_ids if newsletter_id not in known]
    return {**_counted_now(session, rest), **known}


def _counted_before(session: Session, newsletter_ids: Sequence[int]) -> dict[int, Totals]:
    numbers: dict[int, dict[str, int]] = {}
    at: dict[int, datetime] = {}
    for figure in latest_figures(session, newsletter_ids):
        if figure.kind == Kind.STATUS and clock.now() - figure.counted_at < FRESH:
            numbers.setdefault(figure.newsletter_id, {})[figure.name] = figure.number or 0
            at[figure.newsletter_id] = figure.counted_at
    return {
        newsletter_id: _totals(counts, at[newsletter_id])
        for newsletter_id, counts in numbers.items()
    }


def _counted_now(session: Session, newsletter_ids: Sequence[int]) -> dict[int, Totals]:
    if not newsletter_ids:
        return {}
    counts: dict[int, Counter[str]] = {newsletter_id: Counter() for newsletter_id in newsletter_ids}
    rows = session.execute(
        select(Subscription.newsletter_id, Subscription.status, func.count())
        .where(Subscription.newsletter_id.in_(newsletter_ids), Subscription.status.in_(SHOWN))
        .group_by(Subscription.newsletter_id, Subscription.status)
    )
    for newsletter_id, status, number in rows:
        counts[newsletter_id][status] = number
    return {newsletter_id: _totals(found) for newsletter_id, found in counts.items()}


def _totals(counts: Mapping[str, int], at: datetime | None = None) -> Totals:
    active, pending = (counts.get(status, 0) for status in SHOWN)
    return Totals(active, pending, at)
