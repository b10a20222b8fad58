"""Every read of enquiries."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.privacy.enquiries.models import Enquiry

PAGE = 50


def enquiries(session: Session, before: int | None = None) -> Sequence[Enquiry]:
    """One page and one more, newest first; ``before`` is the last id of the page before."""
    statement = select(Enquiry).order_by(Enquiry.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(Enquiry.id < before)
    return session.scalars(statement).all()


def enquiry(session: Session, reference: str) -> Enquiry:
    """The one with this random id, or :class:`NotFound`."""
    found = session.scalar(select(Enquiry).where(Enquiry.reference == reference))
    if found is None:
        raise NotFound
    return found


def count_open_enquiries(session: Session) -> int:
    """How many wait for an answer."""
    waiting = select(func.count()).select_from(Enquiry).where(Enquiry.closed_at.is_(None))
    return session.scalar(waiting) or 0
