"""The tables of webhooks. Neither holds anything personal."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import REFERENCE_LENGTH, Base, BigId, UtcDateTime, reference_column

URL_LENGTH = 500


class Webhook(Base):
    """Where events are sent: for which recipient of the policy, and about which newsletter.

    Without a newsletter it is about all of them. ``failing_since`` is when an event could not be
    delivered, if nothing has been since; ``last_ok_at`` when the latest one was. After a failure it
    is left alone until ``rests_until``. One with ``paused_at`` is sent nothing; its events wait.
    """

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    recipient: Mapped[str] = mapped_column(Text)
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE")
    )
    types: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_why: Mapped[str | None] = mapped_column(String(20))
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(100))
    rests_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_ok_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookEvent(Base):
    """Something that a webhook is to be told of: written with what caused it, gone when told.

    ``due_at`` is when it may next be tried; taking a lease moves it into the future, so a worker
    that dies holding one delays the event and loses nothing. ``subscription`` is the random id of
    one, ``failing_since`` when it was first tried in vain.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (Index(None, "webhook_id", "due_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    type: Mapped[str] = mapped_column(String(40))
    newsletter: Mapped[str | None] = mapped_column(String(60))
    subscription: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int]
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
