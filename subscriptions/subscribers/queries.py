"""Every read of subscriptions that the public pages need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from subscriptions.core.statements import Prepared
from subscriptions.core.tokens import Reference
from subscriptions.core.transactions import Unit
from subscriptions.newsletters.models import Newsletter, SignupForm, Topic, Wording
from subscriptions.subscribers.consent import REQUESTED
from subscriptions.subscribers.models import (
    ConsentRecord,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription as its holder sees it. ``others`` counts the person's other ones."""

    id: int
    reference: str
    epoch: int
    subscriber_id: int
    address: str
    address_key: str
    status: str
    frequency: str
    locale: str
    paused_until: date | None
    restricted_at: datetime | None
    requested_at: datetime
    confirmed_at: datetime | None
    newsletter_id: int
    newsletter_slug: str
    newsletter_name: str
    languages: list[str]
    form_slug: str | None
    others: int


OTHER = aliased(Subscription)
SELECT = (
    select(
        Subscription.id,
        Subscription.reference,
        Subscription.epoch,
        Subscription.subscriber_id,
        Subscriber.address,
        Subscriber.address_key,
        Subscription.status,
        Subscription.frequency,
        Subscription.locale,
        Subscription.paused_until,
        Subscription.restricted_at,
        Subscription.requested_at,
        Subscription.confirmed_at,
        Newsletter.id.label("newsletter_id"),
        Newsletter.slug.label("newsletter_slug"),
        Newsletter.name.label("newsletter_name"),
        Newsletter.languages,
        SignupForm.slug.label("form_slug"),
        select(func.count())
        .select_from(OTHER)
        .where(OTHER.subscriber_id == Subscription.subscriber_id, OTHER.id != Subscription.id)
        .scalar_subquery()
        .label("others"),
    )
    .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
    .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
    .outerjoin(SignupForm, SignupForm.id == Subscription.form_id)
    .where(
        Subscription.reference == bindparam("of_reference"),
        Subscription.epoch == bindparam("of_epoch"),
    )
)
VIEW = Prepared(SELECT)
# Both rows are locked, the subscriber's first as in a sign-up, so that nothing is decided on a
# state that somebody else is changing.
LOCKED_VIEW = Prepared(SELECT.with_for_update(of=[Subscriber, Subscription]))


def find_subscription(unit: Unit, reference: Reference) -> SubscriptionView | None:
    """The subscription that a genuine token speaks of, unless it has gone or begun anew."""
    return _view(VIEW, unit, reference)


def lock_subscription(unit: Unit, reference: Reference) -> SubscriptionView | None:
    """The same for a change of it: nobody else changes it until the unit ends."""
    return _view(LOCKED_VIEW, unit, reference)


def _view(statement: Prepared, unit: Unit, reference: Reference) -> SubscriptionView | None:
    parameters = {"of_reference": reference.id, "of_epoch": reference.epoch}
    row = statement.first(unit.connection(), parameters)
    return None if row is None else SubscriptionView(*row)


def chosen_topics(session: Session, subscription_id: int) -> Sequence[Topic]:
    """The topics that somebody chose, in the newsletter's order."""
    return session.scalars(
        select(Topic)
        .join(SubscriptionTopic, SubscriptionTopic.topic_id == Topic.id)
        .where(SubscriptionTopic.subscription_id == subscription_id)
        .order_by(Topic.position, Topic.id)
    ).all()


class Requested(NamedTuple):
    """What was agreed to when the subscription was asked for."""

    wording: str
    wording_hash: str
    topics: Sequence[str]


def requested_consent(session: Session, subscription_id: int) -> Requested:
    """The wording and the topic slugs of the request that a confirmation would confirm."""
    row = session.execute(
        select(Wording.text, Wording.hash, ConsentRecord.topics)
        .join(ConsentRecord, ConsentRecord.wording_hash == Wording.hash)
        .where(ConsentRecord.subscription_id == subscription_id, ConsentRecord.step == REQUESTED)
        .order_by(ConsentRecord.id.desc())
        .limit(1)
    ).one()
    return Requested(*row)
