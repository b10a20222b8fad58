"""The table by which a store knows whose it is, and whether it is only a copy."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import REFERENCE_LENGTH, Base, UtcDateTime


class Installation(Base):
    """One row, made by the migration. A backup has the same ``lineage`` as what it was made of.

    ``copied_at`` is set in backups only: a store that has it is a copy whose journal of erasures
    has not been replayed, and must not serve.
    """

    __tablename__ = "installations"

    lineage: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), primary_key=True)
    copied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
