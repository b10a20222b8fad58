"""Confirming and ending: what the links in mails do."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Gone
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit
from subscriptions.newsletters.mail_texts import welcome_in
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.consent import CONFIRMED, REQUESTED, Evidence, record_consent
from subscriptions.subscribers.counters import count, duration
from subscriptions.subscribers.ending import Ended, end_subscriptions, erase_subscriber
from subscriptions.subscribers.mails import Recipient, Sender, send_welcome
from subscriptions.subscribers.models import (
    ConsentRecord,
    Subscription,
)
from subscriptions.subscribers.queries import SubscriptionView
from subscriptions.subscribers.states import Event, Status, after
from subscriptions.subscribers.suppression import lift_for
from subscriptions.webhooks.events import About, Kind, tell

SUBSCRIPTIONS = table_of(Subscription)
RECORDS = table_of(ConsentRecord)
NEWSLETTERS = table_of(Newsletter)


class Asked(NamedTuple):
    """What somebody asked for, and what the newsletter has to say to whoever confirms."""

    wording_hash: str
    topics: Sequence[str]
    closed_at: datetime | None
    slug: str
    name: str
    sender_name: str
    reply_to: str
    welcomes: bool
    welcome_mails: Mapping[str, Mapping[str, str]]


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
        *(NEWSLETTERS.c[name] for name in Asked._fields[2:]),
    )
    .join(NEWSLETTERS, NEWSLETTERS.c.id == bindparam("of_newsletter"))
    .where(RECORDS.c.subscription_id == bindparam("of"), RECORDS.c.step == REQUESTED)
    .order_by(RECORDS.c.id.desc())
    .limit(1)
)


class RequestChanged(Conflict):
    """The request was replaced by a newer one after the page was shown."""

    code = "request_changed"


def confirm(
    unit: Unit, found: SubscriptionView, evidence: Evidence, shown: str | None = None
) -> bool:
    """Make a pending subscription, locked, active; return whether it was active already.

    The person's own double opt-in lifts a suppression that stood against it. Where the newsletter
    welcomes people, that mail is promised in the same transaction.
    ``shown`` is the :func:`fingerprint` of what the page with the button said. Raises
    :class:`RequestChanged` if that is no longer what would be confirmed, and :class:`Gone` if the
    subscription has ended.
    """
    connection = unit.connection()
    if found.status == Status.ENDED:
        raise Gone
    if after(Status(found.status), Event.CONFIRMED) == found.status:
        return True
    asked = Asked(*ASKED.one(connection, {"of": found.id, "of_newsletter": found.newsletter_id}))
    if shown and not hmac.compare_digest(shown, fingerprint(asked.wording_hash, asked.topics)):
        raise RequestChanged
    now = clock.now()
    MAKE_ACTIVE.run(connection, {"of": found.id, "now": now})
    record_consent(connection, found.id, CONFIRMED, asked.wording_hash, asked.topics, evidence)
    lift_for(connection, found.address_key, found.newsletter_id)
    took = duration(now - found.requested_at)
    count(connection, found.newsletter_id, Event.CONFIRMED, took=took)
    if asked.welcomes and asked.closed_at is None and found.restricted_at is None:
        _welcome(unit, found, asked)
    tell(unit, Kind.CONFIRMED, [About(found.newsletter_id, found.reference)])
    return False


def _welcome(unit: Unit, found: SubscriptionView, asked: Asked) -> None:
    sender = Sender(found.newsletter_id, asked.slug, asked.name, asked.sender_name, asked.reply_to)
    recipient = Recipient(
        found.subscriber_id, found.address, found.reference, found.epoch, found.locale
    )
    send_welcome(unit, sender, recipient, welcome_in(found.locale, asked.welcome_mails))


def fingerprint(wording_hash: str, topics: Sequence[str]) -> str:
    """A short digest of what is agreed to: the wording and the topics."""
    return sha256("\n".join((wording_hash, *topics)).encode()).hexdigest()[:32]


def unsubscribe(unit: Unit, found: SubscriptionView | None) -> Ended:
    """End the subscription that a link speaks of, locked, and erase what only it needed.

    Works any number of times: of one that has gone, or was begun anew since, nothing ends.
    """
    if found is None:
        return Ended(None, erased=False)
    return end_subscriptions(unit, found.subscriber_id, [found.id], Event.UNSUBSCRIBED)


def unsubscribe_from_all(unit: Unit, found: SubscriptionView | None) -> Ended:
    """End every subscription of the person whose link this is, and erase the person."""
    if found is None:
        return Ended(None, erased=False)
    return erase_subscriber(unit, found.subscriber_id, Event.UNSUBSCRIBED)
