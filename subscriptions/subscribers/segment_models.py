"""The table of segments."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core import clock
from subscriptions.core.db import Base, BigId, UtcDateTime, reference_column

NAME_LENGTH = 100


class Segment(Base):
    """A filter of a newsletter's subscribers that is kept under a name; names nobody.

    Who is in it is asked anew each time.
    """

    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("newsletter_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    filter: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
