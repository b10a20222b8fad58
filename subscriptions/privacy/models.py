"""The ledger of clauses, and the policies that were in force."""

from datetime import date, datetime

from sqlalchemy import Date, String, Text
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


class PolicyVersion(Base):
    """A policy that the service was started under, with its text, and since when. Names nobody.

    ``sha256`` is that of the text. One ``version`` may have several texts: whoever mends a contact
    need not make a new version of it.
    """

    __tablename__ = "policy_versions"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(10), index=True)
    text: Mapped[str] = mapped_column(Text)
    in_force_since: Mapped[datetime] = mapped_column(UtcDateTime)
