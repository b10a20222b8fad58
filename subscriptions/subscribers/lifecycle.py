"""Confirming and ending: what the links in mails do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Gone
from subscriptions.core.personal_data import registry
from subscriptions.core.tokens import Reference
from subscriptions.mail.outbox import forget_queued
from subscriptions.subscribers.consent import CONFIRMED, REQUESTED, Evidence, record_consent
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.models import (
    ConsentRecord,
    ErasedReference,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.states import Event, Status, after


@dataclass(frozen=True, slots=True)
class Ended:
    """What an unsubscribe did. ``erased`` says that nothing of the person is left."""

    newsletter_id: int | None
    erased: bool


def confirm(session: Session, reference: Reference, evidence: Evidence) -> bool:
    """Make a pending subscription active; return whether it was active already.

    Raises :class:`Gone` if it has ended, was erased or was begun anew since.
    """
    found = session.execute(
        select(Subscription.id, Subscription.newsletter_id, Subscription.status)
        .where(Subscription.reference == reference.id, Subscription.epoch == reference.epoch)
        .with_for_update()
    ).one_or_none()
    if found is None or found.status == Status.ENDED:
        raise Gone
    if found.status == Status.ACTIVE:
        return True
    session.execute(
        update(Subscription)
        .where(Subscription.id == found.id)
        .values(status=after(Status(found.status), Event.CONFIRMED).value, confirmed_at=clock.now())
    )
    _record_confirmation(session, found.id, evidence)
    count(session, found.newsletter_id, Event.CONFIRMED)
    return False


def _record_confirmation(session: Session, subscription_id: int, evidence: Evidence) -> None:
    requested = session.execute(
        select(ConsentRecord.wording_hash, ConsentRecord.topics, ConsentRecord.source).where(
            ConsentRecord.subscription_id == subscription_id, ConsentRecord.step == REQUESTED
        )
    ).one()
    record_consent(
        session, subscription_id, CONFIRMED, requested.wording_hash, requested.topics, evidence
    )


def unsubscribe(session: Session, reference: Reference) -> Ended:
    """End the subscription that the link speaks of, and erase what only it needed.

    Works any number of times. A link from before the person began anew ends nothing.
    """
    found = _find(session, reference)
    if found is None:
        return Ended(None, erased=False)
    subscription_id, subscriber_id = found
    return end_subscriptions(session, subscriber_id, [subscription_id], Event.UNSUBSCRIBED)


def unsubscribe_from_all(session: Session, reference: Reference) -> Ended:
    """End every subscription of the person whose link this is, and erase the person."""
    found = _find(session, reference)
    if found is None:
        return Ended(None, erased=False)
    return erase_subscriber(session, found[1], Event.UNSUBSCRIBED)


def _find(session: Session, reference: Reference) -> tuple[int, int] | None:
    # The subscriber's row is locked, not the subscription's: a sign-up takes it first as well.
    row = session.execute(
        select(Subscription.id, Subscription.subscriber_id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.reference == reference.id, Subscription.epoch == reference.epoch)
        .with_for_update(of=Subscriber)
    ).one_or_none()
    return None if row is None else (row.id, row.subscriber_id)


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
    rows = session.execute(
        select(Subscription.id, Subscription.reference, Subscription.newsletter_id).where(
            Subscription.subscriber_id == subscriber_id
        )
    ).all()
    ending = [row for row in rows if row.id in subscription_ids]
    now = clock.now()
    for row in ending:
        count(session, row.newsletter_id, event)
    session.execute(
        insert(ErasedReference), [{"reference": row.reference, "erased_at": now} for row in ending]
    )
    erased = len(ending) == len(rows)
    if erased:
        registry.erase(session, subscriber_id)
    else:
        forget_queued(session, subscriber_id, [row.newsletter_id for row in ending])
        delete_subscriptions(session, [row.id for row in ending])
    return Ended(ending[0].newsletter_id if ending else None, erased=erased)


def delete_subscriptions(session: Session, subscription_ids: Sequence[int]) -> None:
    """Delete these subscriptions with all that hangs on them."""
    for table in (SubscriptionTopic, Profile, ConsentRecord):
        session.execute(delete(table).where(table.subscription_id.in_(subscription_ids)))
    session.execute(delete(Subscription).where(Subscription.id.in_(subscription_ids)))
