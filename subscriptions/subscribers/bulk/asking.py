"""Asking for a change in bulk, once :mod:`.looking_ahead` has shown what would happen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.jobs import wake
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.editing import topic_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.bulk_models import Act, BulkChange, BulkState
from subscriptions.subscribers.filtering import Criteria, Filter, criteria_of
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.states import Status

WORK = "subscribers.bulk"
MOST_TICKED = 500  # of one list
HELD = (Status.PENDING, Status.ACTIVE)
WITH_TOPIC = (Act.ADD_TOPIC, Act.REMOVE_TOPIC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to do to whom: to those who were ticked (random ids), or to all whom a filter takes."""

    act: Act
    topic: str | None = None
    filter: Filter | None = None
    members: Sequence[str] = ()


def begin_change(
    session: Session,
    newsletter: Newsletter,
    wanted: Wanted,
    made_by: str,
    newsletter_ids: Collection[int] | None,
) -> BulkChange:
    """Have it done by the worker, to those who are there now and whom it still fits then.

    ``newsletter_ids`` are those in which ``made_by`` may erase people; None for all.
    """
    check(newsletter, wanted)
    newest = select(func.max(Subscription.id)).where(Subscription.newsletter_id == newsletter.id)
    ticked = None if wanted.filter else list(wanted.members)
    change = BulkChange(
        newsletter_id=newsletter.id,
        state=BulkState.RUNNING.value,
        act=wanted.act.value,
        topic=wanted.topic,
        filter=wanted.filter.as_json() if wanted.filter else None,
        members=ticked,
        newsletter_ids=None if newsletter_ids is None else sorted(newsletter_ids),
        made_by=made_by,
        totals={},
        cursor=0,
        final_id=(session.scalar(newest) or 0) if ticked is None else len(ticked),
        recorded_at=clock.now(),
    )
    session.add(change)
    session.flush()
    return change


def check(newsletter: Newsletter, wanted: Wanted) -> None:
    """Raise :class:`Invalid` or :class:`Conflict` if it can't be asked for."""
    if wanted.filter is None and not 0 < len(wanted.members) <= MOST_TICKED:
        raise Invalid(_("Tick the people to change, or choose all whom the filter takes."))
    if (wanted.act in WITH_TOPIC) != bool(wanted.topic):
        raise Invalid(_("Choose the topic to add or to remove, and none for anything else."))
    if wanted.topic:
        topic_of(newsletter, wanted.topic)
    if wanted.act is Act.ASK_AGAIN and newsletter.closed_at is not None:
        raise Conflict(_("The newsletter is closed: nobody can be added to it."))


def cancel_change(change: BulkChange) -> None:
    """Stop it where it is; what was done stays done."""
    if change.state != BulkState.RUNNING:
        raise Conflict(_("This change is over already."))
    end_change(change, BulkState.CANCELLED)


def end_change(change: BulkChange, state: BulkState) -> None:
    """It is over: from now on only counts are left of it."""
    change.state, change.finished_at = state.value, clock.now()
    change.members = change.lease = change.leased_until = None


def cancel_all(session: Session) -> None:
    """Stop every change; for a store just restored, whose people may have changed since."""
    running = select(BulkChange).where(BulkChange.state == BulkState.RUNNING.value)
    for change in session.scalars(running):
        end_change(change, BulkState.CANCELLED)


def held_criteria(newsletter: Newsletter, wanted: Filter) -> Criteria:
    """What to ask the database; who has ended is left alone whatever the filter says."""
    criteria = criteria_of(newsletter, wanted)
    statuses = tuple(status for status in criteria.statuses if status in HELD)
    return replace(criteria, statuses=statuses)


def go_to_work() -> None:
    """Have the worker look at the changes soon."""
    wake(WORK)
