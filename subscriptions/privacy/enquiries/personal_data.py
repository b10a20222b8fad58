"""How enquiries are exported and erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.transactions import Unit
from subscriptions.core.words import mark
from subscriptions.privacy.enquiries.models import ENQUIRY, Enquiry
from subscriptions.privacy.enquiries.operations import erase_enquiries_of_subscribers
from subscriptions.privacy.of_address import export_of_address


def _export(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    return export_of_address(session, Enquiry, subscriber_id)


def _erase(_unit: Unit, _subscriber_ids: Sequence[int]) -> int:
    """Nothing: an enquiry is none of the newsletters' business, and may wait for its answer."""
    return 0


CATEGORIES = (
    Category(
        ENQUIRY,
        mark("What was written on the contact page"),
        _export,
        _erase,
        erase_enquiries_of_subscribers,
    ),
)
