"""The notice to operators that enquiries wait. It says how many, never whose or what."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.words import mark
from subscriptions.operators.notices import Notice, tell_owners
from subscriptions.privacy.enquiries.models import Enquiry

GAP = timedelta(hours=1)  # between two notices, however many enquiries come
PAGE = "enquiries"
NEW_ENQUIRY = Notice(
    mark("Somebody has written to you"),
    mark("One new enquiry from the contact page waits for an answer."),
    mark("%(num)d new enquiries from the contact page wait for an answer."),
    PAGE,
)


def tell_of_enquiries(session: Session) -> None:
    """Tell owners and the privacy contact of the enquiries they don't know of, once an hour."""
    now = clock.now()
    last = session.scalar(select(func.max(Enquiry.told_at)))
    if last and now - last < GAP:
        return
    told = session.execute(
        update(Enquiry).where(Enquiry.told_at.is_(None)).values(told_at=now).returning(Enquiry.id)
    ).all()
    if told:
        contact = current_app.extensions["assent_settings"].privacy_contact
        tell_owners(session, NEW_ENQUIRY, len(told), contact)
