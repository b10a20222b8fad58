"""Which jobs failed lately: operators see it without reading a log."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from subscriptions.core import clock
from subscriptions.core.db import Base, UtcDateTime
from subscriptions.core.statements import upsert
from subscriptions.core.transactions import STORE_FAILURES, unit_of_work

LATELY = timedelta(days=1)


class JobFailure(Base):
    """The last time that a job failed, and with which kind of error; never its words."""

    __tablename__ = "job_failures"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(100))


NOTE = upsert(
    JobFailure,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["job"],
        set_={"failed_at": insert.excluded.failed_at, "error": insert.excluded.error},
    ),
)


def note_job_failure(job: str, error: Exception) -> None:
    """Keep that ``job`` failed now. If the store is what failed, the log has to do."""
    row = {"job": job, "failed_at": clock.now(), "error": type(error).__name__[:100]}
    with suppress(*STORE_FAILURES), unit_of_work() as session:
        NOTE.run(session.connection(), row)


def failed_jobs(session: Session) -> Sequence[JobFailure]:
    """The jobs that failed within a day, latest first."""
    lately = JobFailure.failed_at > clock.now() - LATELY
    return session.scalars(
        select(JobFailure).where(lately).order_by(JobFailure.failed_at.desc())
    ).all()
