"""Confirming and ending: what the links in mails do."""

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Gone
from subscriptions.core.personal_data import registry
from subscriptions.core.statements import table_of
from subscriptions.core.tokens import Reference
from subscriptions.mail.models import MAIL
from subscriptions.mail.outbox import forget_queued
from subscriptions.subscribers.consent import CONFIRMED, REQUESTED, Evidence, record_consent
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.models import (
    CONSENT,
    PROFILE,
    SUBSCRIPTION,
    ConsentRecord,
    ErasedReference,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.states import Event, Status, after
from subscriptions.subscribers.suppression import lift_for


@dataclass(frozen=True, slots=True)
class Ended:
    """What an unsubscribe did. ``erased`` says that nothing of the person is left.

    ``rows`` says how many rows went, per category of personal data.
    """

    newsletter_id: int | None
    erased: bool
    rows: Mapping[str, int] = field(default_factory=dict)


SUBSCRIPTIONS = table_of(Subscription)
SUBSCRIBERS = table_of(Subscriber)
RECORDS = table_of(ConsentRecord)
# Both rows are locked, the subscriber's first as in a sign-up, so that nothing is decided on a
# state that somebody else is changing.
FIND = (
    select(
        SUBSCRIPTIONS.c.id,
        SUBSCRIPTIONS.c.subscriber_id,
        SUBSCRIPTIONS.c.newsletter_id,
        SUBSCRIPTIONS.c.status,
        SUBSCRIBERS.c.address_key,
    )
    .join(SUBSCRIBERS, SUBSCRIBERS.c.id == SUBSCRIPTIONS.c.subscriber_id)
    .where(
        SUBSCRIPTIONS.c.reference == bindparam("of_reference"),
        SUBSCRIPTIONS.c.epoch == bindparam("of_epoch"),
    )
    .with_for_update(of=[SUBSCRIBERS, SUBSCRIPTIONS])
)
MAKE_ACTIVE = (
    update(SUBSCRIPTIONS)
    .where(SUBSCRIPTIONS.c.id == bindparam("of"))
    .values(status=Status.ACTIVE.value, confirmed_at=bindparam("now"))
)
REQUESTED_CONSENT = select(RECORDS.c.wording_hash, RECORDS.c.topics).where(
    RECORDS.c.subscription_id == bindparam("of"), RECORDS.c.step == REQUESTED
)
ALL_OF_PERSON = select(
    SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.reference, SUBSCRIPTIONS.c.newsletter_id
).where(SUBSCRIPTIONS.c.subscriber_id == bindparam("person"))
JOURNAL = insert(table_of(ErasedReference))
# What a subscription consists of, dependants first, and the category that each counts for.
PARTS = (
    (SUBSCRIPTION, table_of(SubscriptionTopic).c.subscription_id),
    (PROFILE, table_of(Profile).c.subscription_id),
    (CONSENT, RECORDS.c.subscription_id),
    (SUBSCRIPTION, SUBSCRIPTIONS.c.id),
)


class RequestChanged(Conflict):
    """The request was replaced by a newer one after the page was shown."""

    code = "request_changed"


def confirm(
    session: Session, reference: Reference, evidence: Evidence, shown: str | None = None
) -> bool:
    """Make a pending subscription active; return whether it was active already.

    The person's own double opt-in lifts a suppression that stood against it.
    ``shown`` is the :func:`fingerprint` of what the page with the button said. Raises
    :class:`RequestChanged` if that is no longer what would be confirmed, and :class:`Gone` if the
    subscription has ended, was erased or was begun anew since.
    """
    connection = session.connection()
    found = connection.execute(FIND, _of(reference)).one_or_none()
    if found is None or found.status == Status.ENDED:
        raise Gone
    if after(Status(found.status), Event.CONFIRMED) == found.status:
        return True
    requested = connection.execute(REQUESTED_CONSENT, {"of": found.id}).one()
    if shown and not hmac.compare_digest(shown, fingerprint(*requested)):
        raise RequestChanged
    connection.execute(MAKE_ACTIVE, {"of": found.id, "now": clock.now()})
    record_consent(
        connection, found.id, CONFIRMED, requested.wording_hash, requested.topics, evidence
    )
    lift_for(connection, found.address_key, found.newsletter_id)
    count(connection, found.newsletter_id, Event.CONFIRMED)
    return False


def fingerprint(wording_hash: str, topics: Sequence[str]) -> str:
    """A short digest of what is agreed to: the wording and the topics."""
    return sha256("\n".join((wording_hash, *topics)).encode()).hexdigest()[:32]


def unsubscribe(session: Session, reference: Reference) -> Ended:
    """End the subscription that the link speaks of, and erase what only it needed.

    Works any number of times. A link from before the person began anew ends nothing.
    """
    found = session.connection().execute(FIND, _of(reference)).one_or_none()
    if found is None:
        return Ended(None, erased=False)
    return end_subscriptions(session, found.subscriber_id, [found.id], Event.UNSUBSCRIBED)


def unsubscribe_from_all(session: Session, reference: Reference) -> Ended:
    """End every subscription of the person whose link this is, and erase the person."""
    found = session.connection().execute(FIND, _of(reference)).one_or_none()
    if found is None:
        return Ended(None, erased=False)
    return erase_subscriber(session, found.subscriber_id, Event.UNSUBSCRIBED)


def erase_subscriber(session: Session, subscriber_id: int, event: Event) -> Ended:
    """End all subscriptions of a person and erase the person."""
    ids = session.scalars(
        select(Subscription.id).where(Subscription.subscriber_id == subscriber_id)
    ).all()
    return end_subscriptions(session, subscriber_id, ids, event)


def end_subscriptions(
    session: Session, subscriber_id: int, subscription_ids: Sequence[int], event: Event
) -> Ended:
    """End these subscriptions of one person; with the last one the person is erased.

    Everything happens in the caller's transaction: every category of the registry, queued mail
    included. What stays are the anonymous counters and the journal of random ids.
    """
    connection = session.connection()
    rows = connection.execute(ALL_OF_PERSON, {"person": subscriber_id}).all()
    ending = [row for row in rows if row.id in subscription_ids]
    now = clock.now()
    for row in ending:
        count(connection, row.newsletter_id, event)
    if ending:
        journal = [{"reference": row.reference, "erased_at": now} for row in ending]
        connection.execute(JOURNAL, journal)
    erased = len(ending) == len(rows)
    if erased:
        gone = registry.erase(session, subscriber_id)
    else:
        queued = forget_queued(session, subscriber_id, [row.newsletter_id for row in ending])
        gone = {MAIL: queued, **delete_subscriptions(session, [row.id for row in ending])}
    return Ended(ending[0].newsletter_id if ending else None, erased=erased, rows=gone)


def delete_subscriptions(session: Session, subscription_ids: Sequence[int]) -> dict[str, int]:
    """Delete these subscriptions with all that hangs on them; return the rows per category."""
    rows: Counter[str] = Counter()
    for category, column in PARTS:
        those = delete(column.table).where(column.in_(subscription_ids))
        rows[category] += session.connection().execute(those).rowcount
    return rows


def _of(reference: Reference) -> dict[str, str | int]:
    return {"of_reference": reference.id, "of_epoch": reference.epoch}
