"""Telling webhooks that a request was answered (GDPR Article 19), and never whose."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.states import Status
from subscriptions.webhooks.events import About, Kind, tell
from subscriptions.webhooks.listening import anybody_listens


def tell_of_person(session: Session, subscriber_id: int) -> None:
    """Say it of each subscription that the person still has; of none in particular without one."""
    _tell(session, Subscription.subscriber_id == subscriber_id)


def tell_of_address(session: Session, address_key: str) -> None:
    """The same for whoever has this address."""
    theirs = select(Subscriber.id).where(Subscriber.address_key == address_key)
    _tell(session, Subscription.subscriber_id.in_(theirs))


def _tell(session: Session, theirs: ColumnElement[bool]) -> None:
    if not anybody_listens():
        return
    columns = Subscription.newsletter_id, Subscription.reference
    lasting = Subscription.status != Status.ENDED.value
    rows = session.execute(select(*columns).where(theirs, lasting).order_by(Subscription.id))
    tell(session, Kind.ANSWERED, [About(*row) for row in rows] or [About()])
