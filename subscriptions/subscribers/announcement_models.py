"""The table of announcements."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core import clock
from subscriptions.core.db import Base, BigId, UtcDateTime


class Announcement(Base):
    """One mail to everybody who is subscribed, and how far it has got. Names nobody.

    ``kind`` and ``about`` say what it is and of which thing, and there is one of each.
    ``newsletter_ids`` is whose subscribers get it; none at all means everybody's. ``context`` is
    what its template needs, as plain values. Up to the subscriber with the id ``cursor`` all mails
    are promised; ``last_id`` is the highest that there was at the beginning. ``people`` is how many
    it is for, once they were counted, and ``queued`` how many mails were promised.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        UniqueConstraint("kind", "about"),
        Index(
            "ix_announcements_unfinished",
            "id",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(80))
    newsletter_ids: Mapped[list[int]] = mapped_column(JSON)
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    cursor: Mapped[int] = mapped_column(BigId, default=0)
    last_id: Mapped[int] = mapped_column(BigId)
    people: Mapped[int | None] = mapped_column(BigId)
    queued: Mapped[int] = mapped_column(BigId, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
