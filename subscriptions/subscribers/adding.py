"""Operators add somebody who asked by another way than a form: the same double opt-in goes out."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import Address
from subscriptions.core.errors import Conflict
from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.consent import Evidence
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.signup import Request, request_subscription
from subscriptions.subscribers.states import Status
from subscriptions.subscribers.suppression import refuse_suppressed

SOURCE = "operator"


class Whence(StrEnum):
    """How the person asked to be added. Fixed words: a free text would say more than is needed."""

    IN_PERSON = "in person"
    TELEPHONE = "telephone"
    LETTER = "letter"
    MAIL = "mail"
    PAPER_FORM = "paper form"


STANDS = {
    Status.ACTIVE: _("This address is subscribed already."),
    Status.PENDING: _(
        "This address waits for its confirmation already. The mail can be sent again from its page."
    ),
}


def add_by_operator(
    session: Session, address: Address, request: Request, whence: Whence, locale: str
) -> None:
    """Ask the address to confirm what its person has asked for; nothing counts before that.

    Raises :class:`Conflict` if it is suppressed, or stands on the list already: an operator sees
    the list, so nothing is given away, and nobody's own request is replaced.
    """
    refuse_suppressed(session, address.key, request.newsletter_id)
    if refusal := STANDS.get(standing(session, address, request.newsletter_id)):
        raise Conflict(refusal)
    request_subscription(session, address, request, Evidence(f"{SOURCE}: {whence}", locale))


def standing(session: Session, address: Address, newsletter_id: int) -> Status:
    """How the address stands on the list; who is not there is as good as ended."""
    status = session.scalar(
        select(Subscription.status)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.address_key == address.key, Subscription.newsletter_id == newsletter_id)
    )
    return Status(status or Status.ENDED)
