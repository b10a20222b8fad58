"""What the store has against a batch of people: they are subscribed already, or suppressed.

A statement for each of the two, and one more where there are suppression entries.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import Address
from subscriptions.core.statements import table_of
from subscriptions.subscribers.models import Subscriber, Subscription, Suppression
from subscriptions.subscribers.suppression import suppressed
from subscriptions.transfer.importing.candidates import Candidate
from subscriptions.transfer.importing.outcomes import OF_STATUS, Outcome

SUBSCRIBERS, SUBSCRIPTIONS = table_of(Subscriber), table_of(Subscription)
ANY_ENTRY = select(table_of(Suppression).c.id).limit(1)
# A join would let SQLite begin with everybody whom the newsletter has.
STATUS = (
    select(SUBSCRIPTIONS.c.status)
    .where(
        SUBSCRIPTIONS.c.subscriber_id == SUBSCRIBERS.c.id,
        SUBSCRIPTIONS.c.newsletter_id == bindparam("newsletter"),
    )
    .scalar_subquery()
)
STATUSES = select(SUBSCRIBERS.c.address_key, STATUS).where(
    SUBSCRIBERS.c.address_key.in_(bindparam("keys", expanding=True))
)
STATUSES_LOCKED = STATUSES.order_by(SUBSCRIBERS.c.id).with_for_update(of=SUBSCRIBERS)


def standing_of(
    session: Session, newsletter_id: int, people: Sequence[Candidate], *, lock: bool = False
) -> dict[str, Outcome]:
    """Why not, by :attr:`Address.key`, for those who can't be taken over.

    With ``lock``, whoever of them is there already is locked, in the order of everybody who locks
    many people.
    """
    known = known_among(session, newsletter_id, people, lock=lock)
    return suppressed_among(session, newsletter_id, people) | known


def known_among(
    session: Session, newsletter_id: int, people: Sequence[Candidate], *, lock: bool = False
) -> dict[str, Outcome]:
    """What the newsletter knows of those whom it knows."""
    if not people:
        return {}
    parameters = {"keys": [person.key for person in people], "newsletter": newsletter_id}
    found = session.connection().execute(STATUSES_LOCKED if lock else STATUSES, parameters).all()
    return {key: OF_STATUS[status] for key, status in found if status is not None}


def suppressed_among(
    session: Session, newsletter_id: int, people: Sequence[Candidate]
) -> dict[str, Outcome]:
    """Those who are suppressed."""
    # Hashing takes longer than all the rest: not for nothing.
    if not people or session.connection().scalar(ANY_ENTRY) is None:
        return {}
    addresses = [Address(person.address, person.key) for person in people]
    return {a.key: Outcome.SUPPRESSED for a in suppressed(session, addresses, newsletter_id)}
