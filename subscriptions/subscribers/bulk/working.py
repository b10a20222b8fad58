"""The job that works on changes in bulk, and goes on with what a killed worker has left.

What a batch did and how far the change is are one transaction, so that a worker may be killed at
any moment and nobody is changed twice or passed over. Whom the next batch is for is looked up
before the lock is taken, and asked once more under it: who no longer fits is left alone.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from huey import crontab
from sqlalchemy import ColumnElement, Connection, func, or_, select, union_all, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import Pace, leave_to_others
from subscriptions.core.db import new_reference
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, reading, unit_of_work
from subscriptions.mail.outbox import many_waiting
from subscriptions.newsletters.editing import topic_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.operators.audit import record
from subscriptions.subscribers.announcing import MOST_WAITING
from subscriptions.subscribers.bulk.acts import TOGETHER, Order, Outcome, act_on
from subscriptions.subscribers.bulk.asking import WORK, end_change, go_to_work, held_criteria
from subscriptions.subscribers.bulk_models import Act, BulkChange, BulkState
from subscriptions.subscribers.filtering import Criteria, Filter
from subscriptions.subscribers.mails import sender_for
from subscriptions.subscribers.models import Subscriber, Subscription

LEASE = timedelta(seconds=30)
RANGE = 5_000  # ids that are looked through at a time
FEW, MANY = 10, 200  # people of the smallest batches, one by one and together
TARGET_SECONDS = 0.05  # of the lock; the promise is a tenth of a second
TURN_SECONDS = 20.0
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
    pace: Pace
    criteria: Criteria | None
    members: Sequence[str]
    cursor: int
    final_id: int

    def step(self) -> bool:
        """Do the next batch; False if there is nothing more to do now, for whatever reason."""
        with reading() as connection:
            batch = self._next(connection)
        began = time.perf_counter()
        with unit_of_work() as session:
            goes_on = self._write(session, batch)
        took = time.perf_counter() - began
        self.pace.follow(took)
        leave_to_others(took)  # as long for them as for us
        return goes_on

    def put_down(self) -> None:
        """Let whoever comes next go on with it."""
        mine = update(BulkChange).where(
            BulkChange.id == self.change_id, BulkChange.lease == self.lease
        )
        with unit_of_work() as session:
            session.execute(mine.values(lease=None, leased_until=None))

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
        outcomes = act_on(session, self.order, found)
        return outcomes + Counter({Outcome.GONE.value: batch.number - len(found)})


def work() -> None:
    """Do what a turn allows, for one change after the other.

    Then the jobs that have come meanwhile get theirs, such as the delivery of mail: erasing a
    million people takes hours.
    """
    over = time.monotonic() + TURN_SECONDS
    session = current_session()
    waiting = select(BulkChange.id).where(BulkChange.state == BulkState.RUNNING.value)
    ids = session.scalars(waiting.order_by(BulkChange.id)).all()
    session.commit()  # a snapshot that stays open would keep SQLite's log from emptying
    for change_id in ids:
        with unit_of_work() as session:
            run = take_up(session, change_id)
        while run is not None and run.step():
            if time.monotonic() >= over:
                run.put_down()
                go_to_work()
                return


def take_up(session: Session, change_id: int) -> Run | None:
    """The change, leased anew; None if it is over, or somebody works on it or on another one.

    One at a time, so that the worker has a thread left for everything else.
    """
    now = clock.now()
    running = BulkChange.state == BulkState.RUNNING.value
    if session.scalar(select(BulkChange.id).where(running, BulkChange.leased_until > now).limit(1)):
        return None
    free = or_(BulkChange.leased_until.is_(None), BulkChange.leased_until <= now)
    change = session.scalar(
        select(BulkChange)
        .where(BulkChange.id == change_id, running, free)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if change is None:
        return None
    change.lease, change.leased_until = new_reference(), now + LEASE
    newsletter = session.get_one(Newsletter, change.newsletter_id)
    wanted = None if change.filter is None else Filter.from_json(change.filter)
    topic_id = topic_of(newsletter, change.topic).id if change.topic else None
    return Run(
        change_id=change.id,
        lease=change.lease,
        order=Order(Act(change.act), sender_for(newsletter), topic_id, change.newsletter_ids),
        criteria=None if wanted is None else held_criteria(newsletter, wanted),
        pace=_pace_of(Act(change.act)),
        members=change.members or (),
        cursor=change.cursor,
        final_id=change.final_id,
    )


def release_leases(session: Session) -> None:
    """Let go of every change; only for when no worker can be alive."""
    session.execute(update(BulkChange).values(lease=None, leased_until=None))


def _pace_of(act: Act) -> Pace:
    # On a busy machine the transaction alone takes most of that: one person each would be no pace.
    smallest = MANY if act in TOGETHER else FEW
    return Pace(smallest, smallest, TARGET_SECONDS)


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
