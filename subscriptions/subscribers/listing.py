"""What operators see of one person: their record in a newsletter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.models import SignupForm, Wording
from subscriptions.subscribers.models import ConsentRecord, Profile, Subscriber, Subscription


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """One consent record, with the text that was agreed to."""

    step: str
    at: datetime
    source: str
    wording: str
    wording_hash: str
    topics: Sequence[str]
    locale: str
    client_address: str | None
    user_agent: str | None
    mail_reference: str | None
    mail_at: datetime | None
    mail_hash: str | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class SubscriberRecord:
    """A person as one newsletter knows them. ``newsletter_ids`` are those of all they have."""

    subscription: Subscription
    address: str
    profile: dict[str, str]
    form_slug: str | None
    consent: Sequence[ConsentStep]
    newsletter_ids: Sequence[int]


def subscriber_record(session: Session, newsletter_id: int, reference: str) -> SubscriberRecord:
    """Everything the newsletter holds of a person, or :class:`NotFound`."""
    row = session.execute(
        select(Subscription, Subscriber.address, SignupForm.slug)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(SignupForm, SignupForm.id == Subscription.form_id)
        .where(Subscription.newsletter_id == newsletter_id, Subscription.reference == reference)
    ).one_or_none()
    if row is None:
        raise NotFound
    subscription, address, form_slug = row
    return SubscriberRecord(
        subscription=subscription,
        address=address,
        profile=profile_of(session, subscription.id),
        form_slug=form_slug,
        consent=consent_steps(session, subscription.id),
        newsletter_ids=newsletters_of(session, subscription.subscriber_id),
    )


def newsletters_of(session: Session, subscriber_id: int) -> Sequence[int]:
    """The newsletters that a person has subscriptions to."""
    return session.scalars(
        select(Subscription.newsletter_id).where(Subscription.subscriber_id == subscriber_id)
    ).all()


def profile_of(session: Session, subscription_id: int) -> dict[str, str]:
    """What somebody told one newsletter beside the address, without what is empty."""
    profile = session.get(Profile, subscription_id, populate_existing=True)
    if profile is None:
        return {}
    return {name: value for name in PROFILE_FIELDS if (value := getattr(profile, name))}


def consent_steps(session: Session, subscription_id: int) -> Sequence[ConsentStep]:
    """The recorded steps of one subscription, oldest first."""
    rows = session.execute(
        select(
            ConsentRecord.step,
            ConsentRecord.at,
            ConsentRecord.source,
            Wording.text.label("wording"),
            Wording.hash.label("wording_hash"),
            ConsentRecord.topics,
            ConsentRecord.locale,
            ConsentRecord.client_address,
            ConsentRecord.user_agent,
            ConsentRecord.mail_reference,
            ConsentRecord.mail_at,
            ConsentRecord.mail_hash,
            ConsentRecord.evidence,
        )
        .join(Wording, Wording.hash == ConsentRecord.wording_hash)
        .where(ConsentRecord.subscription_id == subscription_id)
        .order_by(ConsentRecord.id)
    )
    return [ConsentStep(**row._asdict()) for row in rows]
