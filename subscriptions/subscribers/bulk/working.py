"""The job that works on changes in bulk, and goes on with what a killed worker has left.

What a batch did and how far the change is are one transaction, so that a worker may be killed at
any moment and nobody is changed twice or passed over. Whom the next batch is for is looked up
before the lock is taken, and asked once more under it: who no longer fits is left alone.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from huey import crontab
from sqlalchemy import ColumnElement, Connection, func, or_, select, union_all, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import Pace
from subscriptions.core.db import new_reference
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, reading, unit_of_work
from subscriptions.mail.outbox import many_waiting
from subscriptions.newsletters.editing import topic_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.operators.audit import record
from subscriptions.subscribers.announcing import MOST_WAITING
from subscriptions.subscribers.bulk.acts import Order, Outcome, act_on
from subscriptions.subscribers.bulk.asking import WORK, end_change, held_criteria
from subscriptions.subscribers.bulk_models import Act, BulkChange, BulkState
from subscriptions.subscribers.filtering import Criteria, Filter
from subscriptions.subscribers.mails import sender_for
from subscriptions.subscribers.models import Subscriber, Subscription

LEASE = timedelta(seconds=30)
RANGE = 5_000  # ids that are looked through at a time
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Batch:
    """Whom the next transaction is for, and how far the change is after it."""

    those: ColumnElement[bool]
    number: int
    cursor: int


@dataclass(slots=True)
class Run:
    """A change in progress, by whoever holds its lease. ``criteria`` is None for ticked people."""

    change_id: int
    lease: str
    order: Order
    criteria: Criteria | None
    members: Sequence[str]
    cursor: int
    final_id: int
    pace: Pace = field(default_factory=Pace)

    def step(self) -> bool:
        """Do the next batch; False if there is nothing more to do now, for whatever reason."""
        with reading() as connection:
            batch = self._next(connection)
        began = time.perf_counter()
        with unit_of_work() as session:
            goes_on = self._write(session, batch)
        took = time.perf_counter() - began
        self.pace.follow(took)
        time.sleep(took)  # as long for the others as for us
        return goes_on

    def _next(self, connection: Connection) -> Batch | None:
        if self.criteria is None:
            some = self.members[self.cursor : self.cursor + self.pace.size]
            those = Subscription.reference.in_(some)
            return Batch(those, len(some), self.cursor + len(some)) if some else None
        first = connection.scalar(_next_id(self.criteria, self.cursor))
        if first is None or first > self.final_id:
            return None
        last = min(first + RANGE - 1, self.final_id)
        fitting = select(Subscription.id).where(
            Subscription.id.between(first, last), *_conditions(self.criteria)
        )
        ids = connection.scalars(fitting.order_by(Subscription.id).limit(self.pace.size)).all()
        reached = ids[-1] if len(ids) == self.pace.size else last
        return Batch(Subscription.id.in_(ids), len(ids), reached)

    def _write(self, session: Session, batch: Batch | None) -> bool:
        change = session.get(
            BulkChange, self.change_id, with_for_update=True, populate_existing=True
        )
        if change is None or (change.lease, change.state) != (self.lease, BulkState.RUNNING):
            return False
        if batch is None:
            end_change(change, BulkState.DONE)
            _note_finished(session, change, self.order.sender.slug)
            return False
        if self.order.act is Act.ASK_AGAIN and many_waiting(session, MOST_WAITING):
            change.lease = change.leased_until = None  # the next minute's run goes on
            return False
        outcomes = self._act(session, batch)
        change.totals = dict(Counter(change.totals) + outcomes)
        change.cursor = self.cursor = batch.cursor
        change.leased_until = clock.now() + LEASE
        return True

    def _act(self, session: Session, batch: Batch) -> Counter[str]:
        if not batch.number:
            return Counter()
        # Locked like everywhere, the subscriber first, and always in the same order of people.
        wanted = (
            select(Subscription)
            .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
            .where(batch.those, Subscription.newsletter_id == self.order.sender.newsletter_id)
            .order_by(Subscriber.id)
            .with_for_update(of=[Subscriber, Subscription])
            .execution_options(populate_existing=True)
        )
        if self.criteria is not None:
            wanted = wanted.where(*_conditions(self.criteria))
        found = session.scalars(wanted).all()
        outcomes = Counter(act_on(session, self.order, each).value for each in found)
        gone = batch.number - len(found)
        return outcomes + Counter({Outcome.GONE.value: gone})


def work() -> None:
    """Do what can be done now for every change."""
    session = current_session()
    waiting = select(BulkChange.id).where(BulkChange.state == BulkState.RUNNING.value)
    ids = session.scalars(waiting.order_by(BulkChange.id)).all()
    session.commit()  # a snapshot that stays open would keep SQLite's log from emptying
    for change_id in ids:
        with unit_of_work() as session:
            run = take_up(session, change_id)
        while run is not None and run.step():
            pass


def take_up(session: Session, change_id: int) -> Run | None:
    """The change, leased anew; None if it is over or somebody works on it."""
    free = or_(BulkChange.leased_until.is_(None), BulkChange.leased_until <= clock.now())
    running = BulkChange.state == BulkState.RUNNING.value
    change = session.scalar(
        select(BulkChange)
        .where(BulkChange.id == change_id, running, free)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if change is None:
        return None
    change.lease, change.leased_until = new_reference(), clock.now() + LEASE
    newsletter = session.get_one(Newsletter, change.newsletter_id)
    wanted = None if change.filter is None else Filter.from_json(change.filter)
    topic_id = topic_of(newsletter, change.topic).id if change.topic else None
    return Run(
        change_id=change.id,
        lease=change.lease,
        order=Order(Act(change.act), sender_for(newsletter), topic_id, change.newsletter_ids),
        criteria=None if wanted is None else held_criteria(newsletter, wanted),
        members=change.members or (),
        cursor=change.cursor,
        final_id=change.final_id,
    )


def release_leases(session: Session) -> None:
    """Let go of every change; only for when no worker can be alive."""
    session.execute(update(BulkChange).values(lease=None, leased_until=None))


def _conditions(criteria: Criteria) -> list[ColumnElement[bool]]:
    statuses = [status.value for status in criteria.statuses]
    own = Subscription.newsletter_id == criteria.newsletter_id
    return [own, Subscription.status.in_(statuses), *criteria.beyond_status()]


def _next_id(criteria: Criteria, after: int) -> Any:
    """The smallest id after this one: jumps over those of other newsletters and of the erased."""
    heads = (
        select(func.min(Subscription.id).label("id")).where(
            Subscription.newsletter_id == criteria.newsletter_id,
            Subscription.status == status.value,
            Subscription.id > after,
        )
        for status in criteria.statuses
    )
    either = union_all(*heads).subquery()
    return select(func.min(either.c.id))


def _note_finished(session: Session, change: BulkChange, newsletter: str) -> None:
    thing = f"bulk change {change.reference}"
    totals: dict[str, Any] = {f"people_{name}": n for name, n in change.totals.items()}
    details = {"act": change.act, **totals}
    record(session, WORKER, "bulk change.finished", thing, newsletter=newsletter, **details)


JOBS = (Job(WORK, work, every=crontab()),)
