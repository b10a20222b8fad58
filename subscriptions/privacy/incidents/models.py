"""Tables of the incidents. They are about what happened, and name none of the people concerned."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core import clock
from subscriptions.core.db import Base, BigId, UtcDateTime


class Incident(Base):
    """A breach of personal data, as it is documented (GDPR Article 33(5)).

    ``newsletter_ids`` is whose subscribers it concerns; none at all means everybody's. The notices
    are empty until they are written; drafts are made from the rest. ``authority_told_at`` is when
    the authority was told; ``authority_reason`` why late, or why it need not be. ``banner_since``
    is set while the public pages show the banner. ``reminders`` counts the mails to owners.
    """

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    happened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[str] = mapped_column(Text)
    newsletter_ids: Mapped[list[int]] = mapped_column(JSON)
    categories: Mapped[list[str]] = mapped_column(JSON)
    consequences: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    authority_notice: Mapped[str] = mapped_column(Text, default="")
    authority_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    authority_reason: Mapped[str] = mapped_column(Text, default="")
    people_notice: Mapped[str] = mapped_column(Text, default="")
    banner: Mapped[str] = mapped_column(Text, default="")
    banner_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(SmallInteger, default=0)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_settled(self) -> bool:
        """Whether it is noted that the authority was told, or why it need not be."""
        return self.authority_told_at is not None or bool(self.authority_reason)


class IncidentEntry(Base):
    """A line of an incident's log: who did what, when. Never changed, never removed."""

    __tablename__ = "incident_entries"
    __table_args__ = (Index(None, "incident_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    actor: Mapped[str] = mapped_column(String(320))
    what: Mapped[str] = mapped_column(Text)
