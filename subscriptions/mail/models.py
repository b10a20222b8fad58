"""The outbox table."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import REFERENCE_LENGTH, Base, BigId, UtcDateTime, personal

MAIL = "mail"


class OutboxMessage(Base):
    """A mail that we promised to send: written with the change that caused it, gone when sent.

    ``due_at`` is when it may next be tried; taking a lease moves it into the future, so a worker
    that dies holding one delays the mail and loses nothing. ``reference`` becomes the Message-ID,
    the same at every attempt. A message with ``dead_at`` is a dead letter.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(None, "subscriber_id"),
        Index(
            "ix_outbox_messages_due",
            "due_at",
            sqlite_where=text("dead_at IS NULL"),
            postgresql_where=text("dead_at IS NULL"),
        ),
        Index(
            "ix_outbox_messages_dead",
            "dead_at",
            sqlite_where=text("dead_at IS NOT NULL"),
            postgresql_where=text("dead_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    template: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(320), info=personal(MAIL))
    locale: Mapped[str] = mapped_column(String(16))
    context: Mapped[dict[str, Any]] = mapped_column(JSON, info=personal(MAIL))
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE")
    )
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
