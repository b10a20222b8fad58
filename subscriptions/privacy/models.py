"""The ledger of clauses."""

from datetime import date, datetime

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import Base, BigId, UtcDateTime


class ClauseRun(Base):
    """What executing a clause came to on one day. Names nobody.

    ``looked_at`` counts what was found to be due, ``erased`` what went, and ``overdue`` what the
    last run of the day left though its time had been over for more than a day.
    """

    __tablename__ = "clause_runs"

    clause: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
    runs: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(BigId, default=0)
    erased: Mapped[int] = mapped_column(BigId, default=0)
    overdue: Mapped[int] = mapped_column(BigId, default=0)
