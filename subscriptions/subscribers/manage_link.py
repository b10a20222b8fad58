"""The manage link: asked for by anybody, mailed to the address alone.

Whoever opens it within half an hour has read the mail, and that proves who they are. Asking runs
the same statements for an address that we know and one that we don't: for the latter, and where
the cap holds the mail back, they are run under a random name and taken back.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.db import new_reference
from subscriptions.core.errors import Gone
from subscriptions.core.rate_limits import tally
from subscriptions.core.statements import table_of, upsert
from subscriptions.core.tokens import Reference
from subscriptions.subscribers.mail_cap import is_capped, one_more
from subscriptions.subscribers.mails import Person, send_manage_link
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.rights_models import ManageLink
from subscriptions.subscribers.signup import upsert_subscriber

MANAGE_WITHIN = timedelta(minutes=30)
ASKED = "manage-links"
DAY = 86_400  # seconds

SUBSCRIBERS, LINKS = table_of(Subscriber), table_of(ManageLink)
LOCALE = (
    select(Subscription.locale)
    .where(Subscription.subscriber_id == SUBSCRIBERS.c.id)
    .order_by(Subscription.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("locale")
)
FIND_ADDRESS = (
    select(
        SUBSCRIBERS.c.address,
        SUBSCRIBERS.c.address_key,
        LOCALE,
        LINKS.c.mailed_at,
        LINKS.c.mails_on,
        LINKS.c.mails,
    )
    .outerjoin(LINKS, LINKS.c.subscriber_id == SUBSCRIBERS.c.id)
    .where(SUBSCRIBERS.c.address_key == bindparam("of_key"))
    .with_for_update(of=SUBSCRIBERS)
)
UPSERT_LINK = upsert(
    ManageLink,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["subscriber_id"],
        set_={name: insert.excluded[name] for name in ("mailed_at", "mails_on", "mails")},
    ).returning(LINKS.c.reference),
)
PERSON = select(
    SUBSCRIBERS.c.id,
    SUBSCRIBERS.c.address,
    SUBSCRIBERS.c.address_key,
    SUBSCRIBERS.c.created_at,
    LOCALE,
)
FIND_BY_ADDRESS = PERSON.where(SUBSCRIBERS.c.address_key == bindparam("of_key")).with_for_update(
    of=SUBSCRIBERS
)
FIND_PERSON = PERSON.join(LINKS, LINKS.c.subscriber_id == SUBSCRIBERS.c.id).where(
    LINKS.c.reference == bindparam("of_reference")
)
FIND_PERSON_LOCKED = FIND_PERSON.with_for_update(of=SUBSCRIBERS)


class _Asking(NamedTuple):
    """Whose link is asked for, and what was mailed before."""

    address: str
    key: str
    locale: str
    mailed_at: datetime | None = None
    mails_on: date | None = None
    mails: int | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose genuine manage link was opened."""

    id: int
    address: Address
    since: datetime
    locale: str


def ask_for_manage_link(session: Session, address: Address) -> None:
    """Mail the person of this address a link to their data, if there is one and the cap allows it.

    Returns nothing on purpose: a caller has no way to answer differently.
    """
    connection = session.connection()
    row = connection.execute(FIND_ADDRESS, {"of_key": address.key}).one_or_none()
    known = _Asking(*row) if row else None
    mailed = known is not None and not is_capped(known, clock.now())
    with connection.begin_nested() as savepoint:
        _promise(session, known if known and mailed else _decoy())
        if not mailed:
            savepoint.rollback()
    # One row that reaches the disk each time, so that the disk's time doesn't tell either.
    tally(connection, ASKED, DAY)


def find_owner(session: Session, reference: Reference, *, lock: bool = False) -> Owner:
    """Whose manage link this is; :class:`Gone` if they were erased or have another address now.

    ``lock`` keeps everything else that changes the person waiting.
    """
    statement = FIND_PERSON_LOCKED if lock else FIND_PERSON
    row = session.connection().execute(statement, {"of_reference": reference.id}).one_or_none()
    if row is None:
        raise Gone
    return _owner(row)


def owner_of_address(session: Session, address: Address) -> Owner | None:
    """Who has this address, locked; None for nobody. For operators: no visitor may learn of it."""
    row = session.connection().execute(FIND_BY_ADDRESS, {"of_key": address.key}).one_or_none()
    return _owner(row) if row else None


def _owner(row: Any) -> Owner:
    return Owner(row.id, Address(row.address, row.address_key), row.created_at, row.locale)


def _promise(session: Session, asking: _Asking) -> None:
    connection = session.connection()
    person_id = upsert_subscriber(connection, Address(asking.address, asking.key))
    reference = _count(connection, person_id, asking)
    person = Person(person_id, asking.address, asking.locale)
    send_manage_link(session, person, reference, MANAGE_WITHIN)


def _count(connection: Connection, person_id: int, asking: _Asking) -> str:
    values = {"subscriber_id": person_id, "reference": new_reference()}
    counted = one_more(asking, clock.now())
    return str(UPSERT_LINK.value(connection, values | counted))


def _decoy() -> _Asking:
    name = new_reference()
    return _Asking(name, name, "en")
