"""Tables for what people do about their own data."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import REFERENCE_LENGTH, Base, UtcDateTime, personal
from subscriptions.subscribers.models import CONSENT

ADDRESS_CHANGE = "address_change"


class ManageLink(Base):
    """The random id in a person's manage links, and the cap on the mails with them.

    Made when somebody first asks for a link, so that a sign-up doesn't pay for it. A new id makes
    every link from before lead nowhere. Goes with the subscriber.
    """

    __tablename__ = "manage_links"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True
    )
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), unique=True)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mails_on: Mapped[date | None] = mapped_column(Date)
    mails: Mapped[int] = mapped_column(SmallInteger, default=0)


class AddressChange(Base):
    """A new address that waits until its owner confirms it; one at a time for each person.

    ``reference`` is in the link that was mailed to it, and another one with each new address.
    """

    __tablename__ = "address_changes"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True
    )
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), unique=True)
    address: Mapped[str] = mapped_column(String(320), info=personal(ADDRESS_CHANGE))
    address_key: Mapped[str] = mapped_column(String(320), info=personal(ADDRESS_CHANGE))
    asked_at: Mapped[datetime] = mapped_column(
        UtcDateTime, index=True, info=personal(ADDRESS_CHANGE)
    )
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mails_on: Mapped[date | None] = mapped_column(Date)
    mails: Mapped[int] = mapped_column(SmallInteger, default=0)


class ChannelConsent(Base):
    """That a newsletter may reach somebody by telephone or post, or count what they open.

    No row, no consent. Mail has none: that consent is the subscription itself. How it was given is
    in the consent records. Goes with the subscription.
    """

    __tablename__ = "channel_consents"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy's own way)

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[str] = mapped_column(String(10), primary_key=True, info=personal(CONSENT))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(CONSENT))
