"""Executes the clauses, in bounded batches that let everybody else write in between."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from huey import crontab
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import in_batches
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.privacy.policy import Clause, current_policy
from subscriptions.privacy.retention.ledger import GRACE, Run, note_run
from subscriptions.privacy.retention.step import Step
from subscriptions.privacy.retention.steps import steps_of

PURGE = "privacy.purge"

Tell = Callable[[str, int], None]


def purge() -> None:
    """Execute every clause; the scheduled job."""
    run_retention(clock.now())


def run_retention(as_of: datetime, tell: Tell = lambda _clause, _erased: None) -> dict[str, int]:
    """Execute every clause as if it were ``as_of``; return how many rows each one erased.

    ``tell`` hears of every batch: the clause, and how much it has erased so far.
    """
    return {clause.id: _run(clause, as_of, tell) for clause in current_policy().clauses}


def _run(clause: Clause, as_of: datetime, tell: Tell) -> int:
    looked_at = erased = overdue = 0
    for step in steps_of(clause):
        acts_after, over_after = step.limits(clause)
        before = acts_after.before(as_of)
        looked_at += _count(step, before)
        for batch in in_batches(partial(_act, step, before)):
            erased += batch if step.erases else 0
            tell(clause.id, erased)
        overdue += _count(step, over_after.before(as_of - GRACE))
    with unit_of_work() as session:
        note_run(session, clause.id, clock.now(), Run(looked_at, erased, overdue))
    return erased


def _act(step: Step, before: datetime, session: Session, size: int) -> int:
    return step.act(session, before, size)


def _count(step: Step, before: datetime) -> int:
    counted = step.count(current_session(), before)
    current_session().commit()  # a snapshot that stays open would keep SQLite's log from emptying
    return counted


JOBS = (Job(PURGE, purge, every=crontab(minute="*/10")),)
