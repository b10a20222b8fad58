"""What operators do about suppression: add an entry, lift it, look through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.errors import NotFound
from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.ending import end_subscriptions
from subscriptions.subscribers.models import Subscriber, Subscription, Suppression
from subscriptions.subscribers.states import Event
from subscriptions.subscribers.suppression import (
    ADD,
    AGAINST,
    COLUMNS,
    ENTRIES,
    SAME_ADDRESS,
    Entry,
    Reason,
    hasher,
    hashes_of,
)

PAGE = 50


class LiftReason(StrEnum):
    """Why an operator lifts an entry. A choice and no text: the audit trail names nobody."""

    MISTAKE = "mistake"
    ASKED = "the_person_asked"
    REACHABLE = "reachable_again"


class NotSuppressed(NotFound):
    """There is no entry to lift."""

    code = "not_suppressed"
    message = _("This address is not suppressed there.")


@dataclass(frozen=True, slots=True)
class Made:
    """An entry that was made, and how many subscriptions it ended."""

    entry_id: int
    ended: int


EXACTLY = ENTRIES.c.newsletter_id.is_not_distinct_from(bindparam("newsletter"))
REMOVE = delete(ENTRIES).where(SAME_ADDRESS, EXACTLY).returning(*COLUMNS)


def suppress(
    session: Session, address: Address, reason: Reason, newsletter_id: int | None = None
) -> Made:
    """Never mail an address again: about one newsletter, or about any.

    Its subscriptions there are ended and erased. An entry that there is already is replaced, under
    the newest key, and its period begins anew.
    """
    # People first, then entries: one order of locks, the same as in a confirmation.
    ended = _end(session, address, newsletter_id)
    connection = session.connection()
    about = {"hashes": hashes_of(address.key), "newsletter": newsletter_id}
    replaced = connection.execute(REMOVE, about).all()
    made = hasher().newest(address.key)
    values = {
        "address_hash": made.value,
        "key_id": made.key_id,
        "newsletter_id": newsletter_id,
        "reason": reason.value,
        "created_at": clock.now(),
        # Complaining of the mail that was let through must not let another one through.
        "asked_at": max((row.asked_at for row in replaced if row.asked_at), default=None),
    }
    entry_id = ADD.value(connection, values)
    if entry_id is None:  # somebody else has made it in this moment
        entry_id = next(
            row.id
            for row in connection.execute(AGAINST, about)
            if row.newsletter_id == newsletter_id
        )
    return Made(entry_id, ended)


def lift(session: Session, address: Address, newsletter_id: int | None = None) -> int:
    """Remove the entry of exactly this scope and return its id, or :class:`NotSuppressed`."""
    about = {"hashes": hashes_of(address.key), "newsletter": newsletter_id}
    removed = session.connection().execute(REMOVE, about).all()
    if not removed:
        raise NotSuppressed
    return int(removed[0].id)


def list_entries(
    session: Session, newsletter_ids: Sequence[int], before: int | None = None
) -> list[Entry]:
    """One page and one more, newest first: those of these newsletters and those of all."""
    statement = select(*COLUMNS).where(
        or_(Suppression.newsletter_id.is_(None), Suppression.newsletter_id.in_(newsletter_ids))
    )
    if before is not None:
        statement = statement.where(Suppression.id < before)
    rows = session.execute(statement.order_by(Suppression.id.desc()).limit(PAGE + 1))
    return [Entry(*row) for row in rows]


def _end(session: Session, address: Address, newsletter_id: int | None) -> int:
    person = session.scalar(
        select(Subscriber.id).where(Subscriber.address_key == address.key).with_for_update()
    )
    if person is None:
        return 0
    mine = select(Subscription.id).where(Subscription.subscriber_id == person)
    if newsletter_id is not None:
        mine = mine.where(Subscription.newsletter_id == newsletter_id)
    ids = session.scalars(mine.with_for_update()).all()
    if ids:
        end_subscriptions(session, person, ids, Event.UNSUBSCRIBED)
    return len(ids)
