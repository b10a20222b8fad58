"""What stays of an address when its subscriptions end, because it never belonged to them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.privacy.enquiries.models import ENQUIRY, Enquiry


def outlives_subscriptions(session: Session, address_key: str) -> dict[str, datetime | None]:
    """The categories of it that are there, and since when their period runs; None for not yet."""
    contact = select(func.max(Enquiry.last_contact_at)).where(Enquiry.address_key == address_key)
    last = session.scalar(contact)
    return {ENQUIRY: last} if last else {}
