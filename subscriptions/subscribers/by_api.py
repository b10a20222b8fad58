"""What other machines of the organisation do about an address. They learn nothing of the answer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import Address
from subscriptions.subscribers.adding import standing
from subscriptions.subscribers.by_operators import end_for
from subscriptions.subscribers.consent import Evidence
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.signup import Request, request_subscription
from subscriptions.subscribers.states import Status
from subscriptions.subscribers.suppression import entries_against


def add_by_api(session: Session, address: Address, request: Request, evidence: Evidence) -> None:
    """Ask the address to confirm, unless it is suppressed or stands on the list already.

    Who asks is a machine, not the person: nobody's own request is replaced, nobody is mailed that
    they are subscribed, and a suppression stops it. Whichever it is, it costs the same, so that
    the answer's time doesn't tell.
    """
    wanted = standing(session, address, request.newsletter_id) is Status.ENDED
    wanted &= not entries_against(session.connection(), address.key, request.newsletter_id)
    with session.begin_nested() as savepoint:
        request_subscription(session, address, request, evidence)
        if not wanted:
            savepoint.rollback()


def end_by_api(session: Session, newsletter_id: int, address: Address) -> str | None:
    """End what the address has of a newsletter, and with the last of it erase the person.

    Returns the random id of what ended; None if there was nothing.
    """
    reference = session.scalar(
        select(Subscription.reference)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscriber.address_key == address.key,
            Subscription.newsletter_id == newsletter_id,
            Subscription.status != Status.ENDED.value,
        )
    )
    if reference is not None:
        end_for(session, newsletter_id, reference)
    return reference
