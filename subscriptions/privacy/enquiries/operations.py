"""Every write of an enquiry: it comes in, is looked after, and goes."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.db import new_reference
from subscriptions.core.errors import NotFound
from subscriptions.privacy.enquiries.models import Enquiry
from subscriptions.privacy.enquiries.telling import tell_of_enquiries
from subscriptions.subscribers.models import ErasedReference, Subscriber


def write_enquiry(session: Session, address: Address, message: str) -> None:
    """Keep what a visitor wrote, and have operators told that it waits."""
    now = clock.now()
    session.add(
        Enquiry(
            reference=new_reference(),
            address=address.display,
            address_key=address.key,
            message=message,
            received_at=now,
            last_contact_at=now,
        )
    )
    session.flush()
    tell_of_enquiries(session)


def note_enquiry_contact(session: Session, reference: str) -> None:
    """Note that there was contact just now: the time of the clause begins anew."""
    _locked(session, reference).last_contact_at = clock.now()


def close_enquiry(session: Session, reference: str) -> None:
    """Note that nothing is left to answer. That is no contact; again does no harm."""
    found = _locked(session, reference)
    found.closed_at = found.closed_at or clock.now()


def wipe_enquiry(session: Session, reference: str) -> None:
    """Take the text away, such as what is too sensitive to be kept; the rest stays."""
    found = _locked(session, reference)
    found.message, found.wiped_at = "", clock.now()


def erase_enquiry(session: Session, reference: str) -> None:
    """Erase one, or :class:`NotFound`."""
    if not _erase(session, Enquiry.reference == reference):
        raise NotFound


def erase_enquiries_of(session: Session, address: Address) -> int:
    """Erase all of an address; return how many."""
    return _erase(session, Enquiry.address_key == address.key)


def erase_enquiries_of_subscribers(session: Session, subscriber_ids: Sequence[int]) -> int:
    """Erase all of the addresses of these subscribers; return how many."""
    theirs = select(Subscriber.address_key).where(Subscriber.id.in_(subscriber_ids))
    return _erase(session, Enquiry.address_key.in_(theirs))


def erase_enquiries_again(session: Session, references: Sequence[str]) -> int:
    """On a restored backup: erase those that the journal of erasures names."""
    gone = delete(Enquiry).where(Enquiry.reference.in_(references)).returning(Enquiry.id)
    return len(session.execute(gone).all())


def _erase(session: Session, which: ColumnElement[bool]) -> int:
    gone = session.scalars(delete(Enquiry).where(which).returning(Enquiry.reference)).all()
    if gone:
        now = clock.now()
        entries = [{"reference": reference, "erased_at": now} for reference in gone]
        session.execute(insert(ErasedReference), entries)
    return len(gone)


def _locked(session: Session, reference: str) -> Enquiry:
    found = session.scalar(
        select(Enquiry)
        .where(Enquiry.reference == reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found
