"""The table of changes in bulk: what was asked for, how far it is, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import (
    REFERENCE_LENGTH,
    Base,
    BigId,
    UtcDateTime,
    reference_column,
)


class BulkState(StrEnum):
    """How far a change is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What is done to each subscription."""

    END = "end"
    RESTRICT = "restrict"
    LIFT = "lift"
    ADD_TOPIC = "add_topic"
    REMOVE_TOPIC = "remove_topic"
    ASK_AGAIN = "ask_again"
    ERASE = "erase"


class BulkChange(Base):
    """One change of many subscriptions. Names nobody, and once it is over has only counts.

    Whom it is for is either ``filter`` (:class:`.filtering.Filter`) or ``members``, the random ids
    of those who were ticked, forgotten when it is over. Of a filter, ``cursor`` is the last id that
    it has come to and ``final_id`` the newest at the beginning; of members, how many were looked
    at, and all. ``totals`` says how many met with which outcome. Both change in the transaction of
    the batch, by whoever holds the ``lease``. ``newsletter_ids`` are those in which people may be
    erased; None for all.
    """

    __tablename__ = "bulk_changes"
    __table_args__ = (Index(None, "newsletter_id"), Index(None, "recorded_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    act: Mapped[str] = mapped_column(String(15))
    topic: Mapped[str | None] = mapped_column(String(60))
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    members: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    newsletter_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    made_by: Mapped[str] = mapped_column(String(320))
    totals: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    cursor: Mapped[int] = mapped_column(BigId, default=0)
    final_id: Mapped[int] = mapped_column(BigId)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
