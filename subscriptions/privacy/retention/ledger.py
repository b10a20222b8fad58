"""The ledger: when each clause ran, how much it looked at, how much it erased, what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core.statements import upsert
from subscriptions.core.transactions import current_session
from subscriptions.privacy.models import ClauseRun
from subscriptions.privacy.policy import Policy

GRACE = timedelta(days=1)  # what is due may wait that long for a run
PARTS = ("runs", "looked_at", "erased")
NOTE = upsert(
    ClauseRun,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["clause", "day"],
        set_={
            "ran_at": insert.excluded.ran_at,
            "overdue": insert.excluded.overdue,
            **{name: getattr(ClauseRun, name) + insert.excluded[name] for name in PARTS},
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a clause came to."""

    looked_at: int = 0
    erased: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What the ledger knows of a clause: its last run, and the sums of all of them."""

    clause: str
    ran_at: datetime
    runs: int
    looked_at: int
    erased: int
    overdue: int


def note_run(session: Session, clause_id: str, now: datetime, run: Run) -> None:
    """Add a run to the row of its day."""
    parameters = {
        "clause": clause_id,
        "day": now.date(),
        "ran_at": now,
        "runs": 1,
        "looked_at": run.looked_at,
        "erased": run.erased,
        "overdue": run.overdue,
    }
    NOTE.run(session.connection(), parameters)


def records(session: Session) -> dict[str, Record]:
    """What the ledger knows of each clause that ever ran."""
    sums = session.execute(
        select(
            ClauseRun.clause,
            func.max(ClauseRun.ran_at),
            *(func.sum(getattr(ClauseRun, name)) for name in PARTS),
        ).group_by(ClauseRun.clause)
    ).all()
    last = {
        (run.clause, run.ran_at): run.overdue
        for run in session.scalars(select(ClauseRun).where(ClauseRun.overdue > 0))
    }
    return {
        clause: Record(
            clause, ran_at, int(runs), int(looked), int(erased), last.get((clause, ran_at), 0)
        )
        for clause, ran_at, runs, looked, erased in sums
    }


def runs_of(session: Session, day: date) -> dict[str, Run]:
    """What the runs of one day came to, for each clause that ran on it."""
    rows = session.scalars(select(ClauseRun).where(ClauseRun.day == day))
    return {row.clause: Run(row.looked_at, row.erased, row.overdue) for row in rows}


def last_runs() -> dict[str, date]:
    """The day on which each clause last ran."""
    days = select(ClauseRun.clause, func.max(ClauseRun.day).label("last")).group_by(
        ClauseRun.clause
    )
    return {row.clause: row.last for row in current_session().execute(days)}


def overdue_clauses(session: Session, policy: Policy, now: datetime) -> Sequence[str]:
    """The clauses that are not kept: something is overdue, or nothing has run for more than a day.

    Costs two small reads however much is held; a job that stands still shows as well.
    """
    known = records(session)
    return [
        clause.id
        for clause in policy.clauses
        if (record := known.get(clause.id)) is not None
        and (record.overdue > 0 or now - record.ran_at > GRACE)
    ]
