"""Suppression: addresses that must not be mailed, known by a keyed hash alone.

Here is what asks: whoever adds people, and every mail just before it is sent. What operators do
about entries is in :mod:`.suppressing`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import Connection, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from subscriptions.core.address_hashes import AddressHasher
from subscriptions.core.addresses import Address, address_key
from subscriptions.core.errors import Conflict
from subscriptions.core.statements import table_of, upsert
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.guards import Guard
from subscriptions.mail.models import OutboxMessage
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.models import Suppression

HASHER = "assent_suppression_hasher"
CHUNK = 500  # addresses of one statement
# Mails that nobody but the person's own wish causes: to sign up, or to use their rights.
OWN_WISH = frozenset({"confirm", "manage_link", "change_address"})


class Reason(StrEnum):
    """Why an address is suppressed."""

    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard_bounce"
    OBJECTION = "objection"
    OPERATOR = "operator"
    ERASED = "erased_by_request"


# One confirmation mail in this time, however often somebody signs the address up. Who called our
# mail unwanted gets it once in the life of a request.
ASK_AGAIN: dict[str, timedelta] = {
    Reason.COMPLAINT: timedelta(days=7),
    Reason.OBJECTION: timedelta(days=7),
}
ASK_OTHERS_AGAIN = timedelta(days=1)


class Entry(NamedTuple):
    """A suppression as it stands; ``newsletter_id`` is None for every newsletter."""

    id: int
    newsletter_id: int | None
    reason: str
    created_at: datetime
    asked_at: datetime | None
    address_hash: str
    key_id: str


class Suppressed(Conflict):
    """An operator wants to add or mail an address that must not be mailed."""

    code = "suppressed"
    message = _(
        "This address is suppressed: nothing may be sent to it. "
        "The person can lift that by signing up and confirming."
    )


ENTRIES = table_of(Suppression)
COLUMNS = [ENTRIES.c[name] for name in Entry._fields]
SAME_ADDRESS = ENTRIES.c.address_hash.in_(bindparam("hashes", expanding=True))
IN_SCOPE = or_(
    ENTRIES.c.newsletter_id.is_(None), ENTRIES.c.newsletter_id == bindparam("newsletter")
)
OF_ADDRESS = select(*COLUMNS).where(SAME_ADDRESS).order_by(ENTRIES.c.id)
AGAINST = select(*COLUMNS).where(SAME_ADDRESS, IN_SCOPE)
AGAINST_LOCKED = AGAINST.with_for_update()
LIFT = delete(ENTRIES).where(SAME_ADDRESS, IN_SCOPE).returning(*COLUMNS)
NOTE_ASKED = update(ENTRIES).where(ENTRIES.c.id == bindparam("of")).values(asked_at=bindparam("at"))
ADD = upsert(Suppression, lambda insert: insert.on_conflict_do_nothing().returning(ENTRIES.c.id))


def hasher() -> AddressHasher:
    """The keyed hash of the current application."""
    made: AddressHasher = current_app.extensions[HASHER]
    return made


def hashes_of(key: str) -> list[str]:
    """The hashes under which an :attr:`Address.key` may be suppressed."""
    return [made.value for made in hasher().every(key)]


def entries_of(connection: Connection, key: str) -> Sequence[Entry]:
    """Every entry of an address, oldest first."""
    return [Entry(*row) for row in connection.execute(OF_ADDRESS, {"hashes": hashes_of(key)})]


def suppressed_since(connection: Connection, key: str) -> datetime | None:
    """When the newest entry of an address was made; None if it has none."""
    return max((entry.created_at for entry in entries_of(connection, key)), default=None)


def entries_against(connection: Connection, key: str, newsletter_id: int | None) -> Sequence[Entry]:
    """What forbids to mail an address about a newsletter, or about none in particular."""
    return [Entry(*row) for row in connection.execute(AGAINST, _about(key, newsletter_id))]


def suppressed(
    session: Session, addresses: Sequence[Address], newsletter_id: int | None
) -> set[Address]:
    """Those of many addresses that must not be mailed about a newsletter."""
    connection = session.connection()
    found: set[Address] = set()
    for start in range(0, len(addresses), CHUNK):
        owners: dict[str, list[Address]] = {}
        for address in addresses[start : start + CHUNK]:
            for value in hashes_of(address.key):
                owners.setdefault(value, []).append(address)
        parameters = {"hashes": list(owners), "newsletter": newsletter_id}
        for row in connection.execute(AGAINST, parameters):
            found.update(owners[row.address_hash])
    return found


def refuse_suppressed(session: Session, key: str, newsletter_id: int | None) -> None:
    """Raise :class:`Suppressed` if the address must not be mailed about the newsletter."""
    if entries_against(session.connection(), key, newsletter_id):
        raise Suppressed


def lift_for(connection: Connection, key: str, newsletter_id: int) -> None:
    """Lift what stands against a newsletter that the person has just confirmed.

    An entry against every newsletter goes on against the others: to want one again is not to want
    them all. A bounce is the exception, because the address has just proved that it works.
    """
    for row in connection.execute(LIFT, _about(key, newsletter_id)).all():
        if row.newsletter_id is None and row.reason != Reason.HARD_BOUNCE:
            _keep_for_others(connection, Entry(*row), newsletter_id)


def _keep_for_others(connection: Connection, entry: Entry, newsletter_id: int) -> None:
    values = entry._asdict()
    del values["id"]
    for other in connection.scalars(select(Newsletter.id).where(Newsletter.id != newsletter_id)):
        ADD.run(connection, values | {"newsletter_id": other})


def _stops(session: Session, message: OutboxMessage) -> bool:
    # Mail to nobody's subscription is mail to operators, or the answer to somebody who wrote.
    if message.subscriber_id is None:
        return False
    key = address_key(message.recipient)
    return bool(entries_against(session.connection(), key, message.newsletter_id))


def _spares(session: Session, message: OutboxMessage) -> bool:
    """Let through the one confirmation mail that a suppressed address gets in a while.

    Without it nobody could lift their own entry; with more, others could pester them. The moment
    of the promise tells another attempt of the same mail from another mail.
    """
    connection = session.connection()
    about = _about(address_key(message.recipient), message.newsletter_id)
    entries = [Entry(*row) for row in connection.execute(AGAINST_LOCKED, about)]
    if entries and message.template not in OWN_WISH:
        return False
    if not all(_may_ask(entry, message.created_at) for entry in entries):
        return False
    for entry in entries:
        connection.execute(NOTE_ASKED, {"of": entry.id, "at": message.created_at})
    return True


def _may_ask(entry: Entry, promised_at: datetime) -> bool:
    if entry.asked_at is None or entry.asked_at == promised_at:
        return True
    return promised_at - entry.asked_at >= ASK_AGAIN.get(entry.reason, ASK_OTHERS_AGAIN)


def _about(key: str, newsletter_id: int | None) -> dict[str, Any]:
    return {"hashes": hashes_of(key), "newsletter": newsletter_id}


GUARD = Guard(_stops, _spares)
