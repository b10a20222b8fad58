"""Tables of the people. Every personal column says its category."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import (
    ADDRESS_KEY,
    BYTEWISE_TEXT,
    REFERENCE_LENGTH,
    Base,
    BigId,
    UtcDateTime,
    personal,
)

ADDRESS = "address"
SUBSCRIPTION = "subscription"
PROFILE = "profile"
CONSENT = "consent"
SUPPRESSION = "suppression"


class Subscriber(Base):
    """A person's address. There is one row per address, found by ``address_key``."""

    __tablename__ = "subscribers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(String(320), info=personal(ADDRESS))
    address_key: Mapped[str] = mapped_column(ADDRESS_KEY, unique=True, info=personal(ADDRESS))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(ADDRESS))


class Subscription(Base):
    """One subscriber and one newsletter: ``pending → active → ended``.

    ``reference`` and ``epoch`` are what tokens carry. *Paused* and *restricted* are separate from
    the state. ``mails_on`` and ``mails`` count the answers to sign-ups, for their daily cap.
    ``engaged_at`` is when the person last did something about it: confirmed, changed a preference,
    said that they still want it; opening a mail is none of these. ``ended_at`` stays while an ended
    one is asked for anew, so that it is not kept longer for that.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "newsletter_id"),
        Index(None, "newsletter_id", "status", "id"),
        Index(
            "ix_subscriptions_pending",
            "requested_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_subscriptions_engaged",
            "engaged_at",
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            "ix_subscriptions_asked_again",
            "asked_again_at",
            sqlite_where=text("asked_again_at IS NOT NULL"),
            postgresql_where=text("asked_again_at IS NOT NULL"),
        ),
        Index(
            "ix_subscriptions_ended",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), unique=True)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"))
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("signup_forms.id"))
    status: Mapped[str] = mapped_column(String(10))
    locale: Mapped[str] = mapped_column(String(16), info=personal(SUBSCRIPTION))
    frequency: Mapped[str] = mapped_column(String(10), info=personal(SUBSCRIPTION))
    paused_until: Mapped[date | None] = mapped_column(Date, info=personal(SUBSCRIPTION))
    restricted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(SUBSCRIPTION))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(SUBSCRIPTION))
    engaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(SUBSCRIPTION))
    asked_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erasure_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mails_on: Mapped[date | None] = mapped_column(Date)
    mails: Mapped[int] = mapped_column(SmallInteger, default=0)


class SubscriptionTopic(Base):
    """A topic that somebody chose."""

    __tablename__ = "subscription_topics"
    __table_args__ = (Index(None, "topic_id", "subscription_id"), {"sqlite_with_rowid": False})

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"),
        primary_key=True,
        info=personal(SUBSCRIPTION),
    )
    topic_id: Mapped[int] = mapped_column(
        ForeignKey("topics.id"), primary_key=True, info=personal(SUBSCRIPTION)
    )


class Profile(Base):
    """What somebody told one newsletter beside the address; no row if nothing.

    The database fills in ``name_key``, the name in small letters, to find people by.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        Column(
            "name_key",
            BYTEWISE_TEXT,
            Computed("lower(name)", persisted=True),
            info=personal(PROFILE),
        ),
        Index(
            "ix_profiles_name_key",
            "name_key",
            sqlite_where=text("name_key IS NOT NULL"),
            postgresql_where=text("name_key IS NOT NULL"),
        ),
    )
    __mapper_args__ = {"exclude_properties": ["name_key"]}  # noqa: RUF012 (SQLAlchemy's own way)

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    job_title: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    role: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    company: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    industry: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    employees: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    phone: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))
    postal_address: Mapped[str | None] = mapped_column(Text, info=personal(PROFILE))


class ConsentRecord(Base):
    """The proof of one step of the double opt-in (GDPR Article 7(1)).

    A request also says which mail went out about it: its id, when, and the hash of its words. One
    that was imported has the ``evidence`` that the operator named in place of the mail.
    """

    __tablename__ = "consent_records"
    __table_args__ = (Index(None, "subscription_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(CONSENT))
    source: Mapped[str] = mapped_column(String(70))
    wording_hash: Mapped[str] = mapped_column(ForeignKey("wordings.hash"))
    topics: Mapped[list[str]] = mapped_column(JSON, info=personal(CONSENT))
    locale: Mapped[str] = mapped_column(String(16), info=personal(CONSENT))
    client_address: Mapped[str | None] = mapped_column(String(50), info=personal(CONSENT))
    user_agent: Mapped[str | None] = mapped_column(String(300), info=personal(CONSENT))
    mail_reference: Mapped[str | None] = mapped_column(
        String(REFERENCE_LENGTH), info=personal(CONSENT)
    )
    mail_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(CONSENT))
    mail_hash: Mapped[str | None] = mapped_column(String(64), info=personal(CONSENT))
    evidence: Mapped[str | None] = mapped_column(Text, info=personal(CONSENT))


class DailyCount(Base):
    """How often something happened to a newsletter on a day. Anonymous: history survives erasure.

    ``took`` says how long confirmations took, a ``duration`` of
    :mod:`subscriptions.subscribers.counters`; 0 where that means nothing. Spread over shards, so
    that sign-ups don't queue at one row.
    """

    __tablename__ = "daily_counts"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True
    )
    event: Mapped[str] = mapped_column(String(20), primary_key=True)
    took: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    count: Mapped[int] = mapped_column(BigId)


class Snapshot(Base):
    """How many subscriptions a newsletter had at the last count of a day, by some mark of theirs.

    ``kind`` is what they are told apart by and ``name`` the mark: ``status`` and ``active``. Those
    told apart by form, language or topic are the active ones. Anonymous: history survives erasure,
    and a ``number`` that could single somebody out is None, see
    :mod:`subscriptions.subscribers.snapshots`.
    """

    __tablename__ = "snapshots"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int | None] = mapped_column(BigId)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ErasedReference(Base):
    """The journal of erasures: random ids of subscriptions that ended or are gone, and when.

    It names nobody. A restored backup is cleaned by it before it serves: ``keeps`` says what a
    clause was allowed to keep then (:class:`subscriptions.subscribers.keeping.Keeps`).
    """

    __tablename__ = "erased_references"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    keeps: Mapped[str] = mapped_column(String(10), server_default="nothing")


class Suppression(Base):
    """An address that must not be mailed, by a keyed hash; no newsletter means none at all.

    Belongs to no subscriber: it outlives an unsubscribe and an erasure, until its clause.
    ``key_id`` names the key of the hash. ``asked_at`` is when the last confirmation mail was
    promised that went out in spite of the entry, for a sign-up.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        UniqueConstraint("address_hash", "newsletter_id"),
        # To a unique constraint, no newsletter would be a different one each time.
        Index(
            "ix_suppressions_everywhere",
            "address_hash",
            unique=True,
            sqlite_where=text("newsletter_id IS NULL"),
            postgresql_where=text("newsletter_id IS NULL"),
        ),
        Index(None, "newsletter_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), info=personal(SUPPRESSION))
    key_id: Mapped[str] = mapped_column(String(8))
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE"), info=personal(SUPPRESSION)
    )
    reason: Mapped[str] = mapped_column(String(20), info=personal(SUPPRESSION))
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime, index=True, info=personal(SUPPRESSION)
    )
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(SUPPRESSION))
