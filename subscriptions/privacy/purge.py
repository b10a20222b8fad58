"""The purge: the job that executes the clauses, in bounded batches.

Clauses with the trigger ``unsubscribed`` and no period are kept by the unsubscribe itself, in its
own transaction; here are the ones that wait for time to pass.
"""

from collections.abc import Callable
from datetime import date, datetime

from huey import crontab
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.mail.models import OutboxMessage
from subscriptions.privacy.models import ClauseRun
from subscriptions.privacy.policy import Clause, current_policy
from subscriptions.subscribers.ending import end_subscriptions
from subscriptions.subscribers.models import (
    DailyCount,
    ErasedReference,
    Subscriber,
    Subscription,
    Suppression,
)
from subscriptions.subscribers.rights_models import AddressChange
from subscriptions.subscribers.states import Event, Status

PURGE = "privacy.purge"
BATCH = 50  # rows of one transaction: no lock is held for long

Step = Callable[[Session, datetime], int]


def purge() -> None:
    """Execute every clause; the scheduled job."""
    run_retention(clock.now())


def run_retention(as_of: datetime) -> dict[str, int]:
    """Execute every clause as if it were ``as_of``; return how many rows each one erased."""
    return {clause.id: _run(clause, as_of) for clause in current_policy().clauses}


def _run(clause: Clause, as_of: datetime) -> int:
    erased = 0
    step = STEPS.get(clause.id)
    while step is not None:
        with unit_of_work() as session:
            batch = step(session, clause.acts_after.before(as_of))
        erased += batch
        if not batch:
            break
    with unit_of_work() as session:
        run = session.get(ClauseRun, clause.id) or ClauseRun(clause=clause.id, erased_ever=0)
        run.ran_at, run.erased_last = clock.now(), erased
        run.erased_ever += erased
        session.add(run)
    return erased


def _unconfirmed(session: Session, before: datetime) -> int:
    rows = session.execute(
        select(Subscription.id, Subscription.subscriber_id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.status == Status.PENDING.value, Subscription.requested_at <= before)
        .order_by(Subscription.requested_at)
        .limit(BATCH)
        # Both rows, the subscriber's first, as everything that changes a subscription does.
        .with_for_update(of=[Subscriber, Subscription], skip_locked=True)
    ).all()
    for row in rows:
        end_subscriptions(session, row.subscriber_id, [row.id], Event.EXPIRED)
    return len(rows)


def _dead_letters(session: Session, before: datetime) -> int:
    old = select(OutboxMessage.id).where(OutboxMessage.dead_at <= before).limit(BATCH)
    gone = session.execute(
        delete(OutboxMessage).where(OutboxMessage.id.in_(old)).returning(OutboxMessage.id)
    )
    return len(gone.all())


def _journal(session: Session, before: datetime) -> int:
    old = select(ErasedReference.id).where(ErasedReference.erased_at <= before).limit(BATCH)
    gone = session.execute(
        delete(ErasedReference).where(ErasedReference.id.in_(old)).returning(ErasedReference.id)
    )
    return len(gone.all())


def _suppressions(session: Session, before: datetime) -> int:
    old = select(Suppression.id).where(Suppression.created_at <= before).limit(BATCH)
    gone = session.execute(
        delete(Suppression).where(Suppression.id.in_(old)).returning(Suppression.id)
    )
    return len(gone.all())


def _address_changes(session: Session, before: datetime) -> int:
    old = select(AddressChange.subscriber_id).where(AddressChange.asked_at <= before).limit(BATCH)
    gone = session.execute(
        delete(AddressChange)
        .where(AddressChange.subscriber_id.in_(old))
        .returning(AddressChange.subscriber_id)
    )
    return len(gone.all())


def _counters(session: Session, before: datetime) -> int:
    gone = session.execute(
        delete(DailyCount).where(DailyCount.day <= before.date()).returning(DailyCount.day)
    )
    return len(gone.all())


STEPS: dict[str, Step] = {
    "unconfirmed": _unconfirmed,
    "mail": _dead_letters,
    "suppression": _suppressions,
    "address-change": _address_changes,
    "journal": _journal,
    "counters": _counters,
}


def last_runs() -> dict[str, date]:
    """The day on which each clause last ran."""
    return {run.clause: run.ran_at.date() for run in current_session().scalars(select(ClauseRun))}


JOBS = (Job(PURGE, purge, every=crontab(minute="*/10")),)
