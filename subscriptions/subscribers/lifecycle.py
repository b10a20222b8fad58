"""Confirming and ending: what the links in mails do."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Gone
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.tokens import Reference
from subscriptions.core.transactions import Unit
from subscriptions.newsletters.mail_texts import welcome_in
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.consent import CONFIRMED, REQUESTED, Evidence, record_consent
from subscriptions.subscribers.counters import count, duration
from subscriptions.subscribers.ending import Ended, end_subscriptions, erase_subscriber
from subscriptions.subscribers.mails import Recipient, Sender, send_welcome
from subscriptions.subscribers.models import (
    ConsentRecord,
    Subscriber,
    Subscription,
)
from subscriptions.subscribers.states import Event, Status, after
from subscriptions.subscribers.suppression import lift_for
from subscriptions.webhooks.events import About, Kind, tell

SUBSCRIPTIONS = table_of(Subscription)
SUBSCRIBERS = table_of(Subscriber)
RECORDS = table_of(ConsentRecord)
NEWSLETTERS = table_of(Newsletter)


class Found(NamedTuple):
    """The subscription that a link speaks of, as it stands."""

    id: int
    subscriber_id: int
    newsletter_id: int
    status: str
    requested_at: datetime
    address_key: str


class Asked(NamedTuple):
    """What somebody asked for, and what the newsletter has to say to whoever confirms."""

    wording_hash: str
    topics: Sequence[str]
    address: str
    locale: str
    restricted_at: datetime | None
    closed_at: datetime | None
    slug: str
    name: str
    sender_name: str
    reply_to: str
    welcomes: bool
    welcome_mails: Mapping[str, Mapping[str, str]]

    @property
    def is_welcomed(self) -> bool:
        """Whether a welcome mail goes out."""
        return self.welcomes and self.restricted_at is None and self.closed_at is None


# Both rows are locked, the subscriber's first as in a sign-up, so that nothing is decided on a
# state that somebody else is changing.
FIND = Prepared(
    select(*(SUBSCRIPTIONS.c[name] for name in Found._fields[:5]), SUBSCRIBERS.c.address_key)
    .join(SUBSCRIBERS, SUBSCRIBERS.c.id == SUBSCRIPTIONS.c.subscriber_id)
    .where(
        SUBSCRIPTIONS.c.reference == bindparam("of_reference"),
        SUBSCRIPTIONS.c.epoch == bindparam("of_epoch"),
    )
    .with_for_update(of=[SUBSCRIBERS, SUBSCRIPTIONS])
)
MAKE_ACTIVE = Prepared(
    update(SUBSCRIPTIONS)
    .where(SUBSCRIPTIONS.c.id == bindparam("of"))
    .values(
        status=Status.ACTIVE.value,
        confirmed_at=bindparam("now"),
        engaged_at=bindparam("now"),
        ended_at=None,
        erasure_asked_at=None,
    )
)
# The latest: of one that ended and is asked for anew, a clause may keep the one from before.
ASKED = Prepared(
    select(
        RECORDS.c.wording_hash,
        RECORDS.c.topics,
        SUBSCRIBERS.c.address,
        *(SUBSCRIPTIONS.c[name] for name in ("locale", "restricted_at")),
        *(NEWSLETTERS.c[name] for name in Asked._fields[5:]),
    )
    .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == RECORDS.c.subscription_id)
    .join(SUBSCRIBERS, SUBSCRIBERS.c.id == SUBSCRIPTIONS.c.subscriber_id)
    .join(NEWSLETTERS, NEWSLETTERS.c.id == SUBSCRIPTIONS.c.newsletter_id)
    .where(RECORDS.c.subscription_id == bindparam("of"), RECORDS.c.step == REQUESTED)
    .order_by(RECORDS.c.id.desc())
    .limit(1)
)


class RequestChanged(Conflict):
    """The request was replaced by a newer one after the page was shown."""

    code = "request_changed"


def confirm(unit: Unit, reference: Reference, evidence: Evidence, shown: str | None = None) -> bool:
    """Make a pending subscription active; return whether it was active already.

    The person's own double opt-in lifts a suppression that stood against it. Where the newsletter
    welcomes people, that mail is promised in the same transaction.
    ``shown`` is the :func:`fingerprint` of what the page with the button said. Raises
    :class:`RequestChanged` if that is no longer what would be confirmed, and :class:`Gone` if the
    subscription has ended, was erased or was begun anew since.
    """
    connection = unit.connection()
    found = _find(connection, reference)
    if found is None or found.status == Status.ENDED:
        raise Gone
    if after(Status(found.status), Event.CONFIRMED) == found.status:
        return True
    asked = Asked(*ASKED.one(connection, {"of": found.id}))
    if shown and not hmac.compare_digest(shown, fingerprint(asked.wording_hash, asked.topics)):
        raise RequestChanged
    now = clock.now()
    MAKE_ACTIVE.run(connection, {"of": found.id, "now": now})
    record_consent(connection, found.id, CONFIRMED, asked.wording_hash, asked.topics, evidence)
    lift_for(connection, found.address_key, found.newsletter_id)
    took = duration(now - found.requested_at)
    count(connection, found.newsletter_id, Event.CONFIRMED, took=took)
    if asked.is_welcomed:
        _welcome(unit, found, reference, asked)
    tell(unit, Kind.CONFIRMED, [About(found.newsletter_id, reference.id)])
    return False


def _welcome(unit: Unit, found: Found, reference: Reference, asked: Asked) -> None:
    sender = Sender(found.newsletter_id, asked.slug, asked.name, asked.sender_name, asked.reply_to)
    recipient = Recipient(
        found.subscriber_id, asked.address, reference.id, reference.epoch, asked.locale
    )
    send_welcome(unit, sender, recipient, welcome_in(asked.locale, asked.welcome_mails))


def fingerprint(wording_hash: str, topics: Sequence[str]) -> str:
    """A short digest of what is agreed to: the wording and the topics."""
    return sha256("\n".join((wording_hash, *topics)).encode()).hexdigest()[:32]


def unsubscribe(unit: Unit, reference: Reference) -> Ended:
    """End the subscription that the link speaks of, and erase what only it needed.

    Works any number of times. A link from before the person began anew ends nothing.
    """
    found = _find(unit.connection(), reference)
    if found is None:
        return Ended(None, erased=False)
    return end_subscriptions(unit, found.subscriber_id, [found.id], Event.UNSUBSCRIBED)


def unsubscribe_from_all(unit: Unit, reference: Reference) -> Ended:
    """End every subscription of the person whose link this is, and erase the person."""
    found = _find(unit.connection(), reference)
    if found is None:
        return Ended(None, erased=False)
    return erase_subscriber(unit, found.subscriber_id, Event.UNSUBSCRIBED)


def _find(connection: Connection, reference: Reference) -> Found | None:
    parameters = {"of_reference": reference.id, "of_epoch": reference.epoch}
    row = FIND.first(connection, parameters)
    return None if row is None else Found(*row)
