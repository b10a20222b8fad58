"""The ledger of clauses."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import Base, UtcDateTime


class ClauseRun(Base):
    """When a clause last ran, and how much it has erased so far. Names nobody."""

    __tablename__ = "clause_runs"

    clause: Mapped[str] = mapped_column(String(60), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_last: Mapped[int] = mapped_column(default=0)
    erased_ever: Mapped[int] = mapped_column(default=0)
