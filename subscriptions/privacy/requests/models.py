"""Tables of data-subject requests."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import (
    ADDRESS_KEY,
    REFERENCE_LENGTH,
    Base,
    BigId,
    UtcDateTime,
    personal,
)

REQUEST = "request"


class DataRequest(Base):
    """A request that an operator recorded. Belongs to an address and no subscriber.

    ``due_on`` is the last day to answer it, by the policy at the time. ``identity`` says how the
    person was known, ``reminded_at`` and ``overdue_told_at`` that owners were, about the present
    due date. A request with ``closed_at`` has an outcome.
    """

    __tablename__ = "data_requests"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(20), info=personal(REQUEST))
    address: Mapped[str] = mapped_column(String(320), info=personal(REQUEST))
    address_key: Mapped[str] = mapped_column(ADDRESS_KEY, index=True, info=personal(REQUEST))
    came_by: Mapped[str] = mapped_column(String(20), info=personal(REQUEST))
    details: Mapped[str] = mapped_column(Text, info=personal(REQUEST))
    received_on: Mapped[date] = mapped_column(Date, info=personal(REQUEST))
    due_on: Mapped[date] = mapped_column(Date, index=True, info=personal(REQUEST))
    identity: Mapped[str | None] = mapped_column(String(20), info=personal(REQUEST))
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(REQUEST))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(REQUEST))
    overdue_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(REQUEST))
    outcome: Mapped[str | None] = mapped_column(String(20), info=personal(REQUEST))
    reason: Mapped[str] = mapped_column(Text, default="", info=personal(REQUEST))
    closed_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, index=True, info=personal(REQUEST)
    )


class RequestStep(Base):
    """Something that happened to a request. Goes with it."""

    __tablename__ = "request_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    request_id: Mapped[int] = mapped_column(
        ForeignKey("data_requests.id", ondelete="CASCADE"), index=True
    )
    step: Mapped[str] = mapped_column(String(20), info=personal(REQUEST))
    at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(REQUEST))
    note: Mapped[str] = mapped_column(Text, default="", info=personal(REQUEST))


class RightsCount(Base):
    """How often people exercised a right by themselves on a day. Names nobody.

    ``told`` is how many of them operators were told of.
    """

    __tablename__ = "rights_counts"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(BigId)
    told: Mapped[int] = mapped_column(BigId, default=0)
