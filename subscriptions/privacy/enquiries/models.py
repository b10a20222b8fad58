"""The table of enquiries."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import (
    ADDRESS_KEY,
    REFERENCE_LENGTH,
    Base,
    BigId,
    UtcDateTime,
    personal,
)

ENQUIRY = "enquiry"


class Enquiry(Base):
    """What somebody wrote on the contact page. Belongs to an address and no subscriber.

    ``reference`` is what operators' links and the journal of erasures name. ``last_contact_at`` is
    when its clause begins to count; ``closed_at`` says that nothing is left to answer, ``told_at``
    that operators were told, and ``wiped_at`` that its text was taken away.
    """

    __tablename__ = "enquiries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), unique=True)
    address: Mapped[str] = mapped_column(String(320), info=personal(ENQUIRY))
    address_key: Mapped[str] = mapped_column(ADDRESS_KEY, index=True, info=personal(ENQUIRY))
    message: Mapped[str] = mapped_column(Text, info=personal(ENQUIRY))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, info=personal(ENQUIRY))
    last_contact_at: Mapped[datetime] = mapped_column(
        UtcDateTime, index=True, info=personal(ENQUIRY)
    )
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(ENQUIRY))
    wiped_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(ENQUIRY))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=personal(ENQUIRY))
