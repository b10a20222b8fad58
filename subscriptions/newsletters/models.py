"""Tables of what is on offer."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from subscriptions.core import clock
from subscriptions.core.db import Base, BigId, UtcDateTime


class Newsletter(Base):
    """A newsletter; its slug is the local part of its List-Id (RFC 2919).

    From ``closed_at`` on it takes no sign-ups. From ``over_at`` on its last mails are out, and the
    clause on closed newsletters runs.
    """

    __tablename__ = "newsletters"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    sender_name: Mapped[str] = mapped_column(String(200), default="")
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["en"])
    # Words of its own in mails, by language; see mail_texts.py.
    confirmation_texts: Mapped[dict[str, str]] = mapped_column(
        JSON, default=dict, server_default="{}"
    )
    welcome_mails: Mapped[dict[str, dict[str, str]]] = mapped_column(
        JSON, default=dict, server_default="{}"
    )
    welcomes: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Another one with every change to the newsletter, its topics and its forms.
    revision: Mapped[int] = mapped_column(default=0, server_default="0")

    topics: Mapped[list["Topic"]] = relationship(
        back_populates="newsletter", order_by="Topic.position, Topic.id"
    )
    forms: Mapped[list["SignupForm"]] = relationship(
        back_populates="newsletter", order_by="SignupForm.id"
    )


class Topic(Base):
    """A choice within a newsletter. A retired one is no longer offered; choices of it stay."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("newsletter_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    newsletter: Mapped[Newsletter] = relationship(back_populates="topics")


class Wording(Base):
    """The exact text somebody agreed to, found by the SHA-256 of it. Never changed or reused."""

    __tablename__ = "wordings"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class SignupForm(Base):
    """A hosted form: what it asks for, which topics it offers, and the wording of its consent."""

    __tablename__ = "signup_forms"
    __table_args__ = (Index(None, "newsletter_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    intro: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    # How it asks for them, where that isn't as usual; see asking.py.
    field_settings: Mapped[dict[str, dict[str, Any]]] = mapped_column(
        JSON, default=dict, server_default="{}"
    )
    topic_slugs: Mapped[list[str]] = mapped_column(JSON, default=list)
    locale: Mapped[str] = mapped_column(String(16), default="en")
    wording_hash: Mapped[str] = mapped_column(ForeignKey("wordings.hash"))
    # What it says in other languages than its own; see translations.py.
    translations: Mapped[dict[str, dict[str, Any]]] = mapped_column(
        JSON, default=dict, server_default="{}"
    )
    # After a sign-up: words on our own page, or a page elsewhere; see redirects.py.
    thanks: Mapped[str] = mapped_column(Text, default="", server_default="")
    redirect_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    # Colours; none: ours. See colours.py.
    accent: Mapped[str] = mapped_column(String(7), default="", server_default="")
    background: Mapped[str] = mapped_column(String(7), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    newsletter: Mapped[Newsletter] = relationship(back_populates="forms")
    wording: Mapped[Wording] = relationship()
    logo: Mapped["FormLogo | None"] = relationship(
        back_populates="form", cascade="all, delete-orphan"
    )


class FormLogo(Base):
    """The logo of a form; ``hash`` names it in its address, which is kept for long."""

    __tablename__ = "form_logos"

    form_id: Mapped[int] = mapped_column(
        ForeignKey("signup_forms.id", ondelete="CASCADE"), primary_key=True
    )
    hash: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(10))
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    form: Mapped[SignupForm] = relationship(back_populates="logo")


class FormWording(Base):
    """Every wording that a form has ever shown: a page that was open during an edit stays true."""

    __tablename__ = "form_wordings"

    form_id: Mapped[int] = mapped_column(
        ForeignKey("signup_forms.id", ondelete="CASCADE"), primary_key=True
    )
    wording_hash: Mapped[str] = mapped_column(ForeignKey("wordings.hash"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class LinkedSite(Base):
    """An origin (RFC 6454) that forms may lead to after a sign-up. An owner has listed it."""

    __tablename__ = "linked_sites"

    origin: Mapped[str] = mapped_column(String(300), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


@event.listens_for(Session, "before_flush")
def _revise(session: Session, *_: Any) -> None:
    """Count up the revision of every newsletter of which something is about to change."""
    changed: set[Newsletter] = set()
    for each in (*session.new, *session.dirty, *session.deleted):
        if isinstance(each, Newsletter):
            changed.add(each)
        elif isinstance(each, Topic | SignupForm):
            changed.add(each.newsletter)
        elif isinstance(each, FormLogo):
            changed.add(each.form.newsletter)
    for newsletter in changed.difference(session.new):
        # Counted by the database: two changes at once are two revisions.
        newsletter.revision = Newsletter.__table__.c.revision + 1
