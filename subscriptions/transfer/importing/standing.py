"""What the store has against a batch of people: they are subscribed already, or suppressed.

Two statements for a batch, or three where there are suppression entries.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, select
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
    if not people:
        return {}
    connection = session.connection()
    parameters = {"keys": [person.key for person in people], "newsletter": newsletter_id}
    statuses = STATUSES_LOCKED if lock else STATUSES
    found = {
        key: OF_STATUS[status]
        for key, status in connection.execute(statuses, parameters).all()
        if status is not None
    }
    return _suppressed(session, connection, newsletter_id, people) | found


def _suppressed(
    session: Session, connection: Connection, newsletter_id: int, people: Iterable[Candidate]
) -> dict[str, Outcome]:
    # Hashing takes longer than all the rest: not for nothing.
    if connection.scalar(ANY_ENTRY) is None:
        return {}
    addresses = [Address(person.address, person.key) for person in people]
    return {a.key: Outcome.SUPPRESSED for a in suppressed(session, addresses, newsletter_id)}
