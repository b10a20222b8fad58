"""What somebody sees of their own subscriptions behind a manage link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.models import Newsletter, SignupForm
from subscriptions.subscribers.listing import profile_of
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.permissions import permissions_of
from subscriptions.subscribers.states import Status


@dataclass(frozen=True, slots=True)
class OwnSubscription:
    """One subscription as its owner may see and correct it.

    ``fields`` are the profile fields that the newsletter's forms ask for or that are held anyway;
    ``permissions`` are what was agreed to beside mail.
    """

    id: int
    subscriber_id: int
    reference: str
    epoch: int
    newsletter_id: int
    newsletter_name: str
    languages: Sequence[str]
    locale: str
    status: str
    confirmed_at: datetime | None
    restricted_at: datetime | None
    profile: dict[str, str]
    fields: Sequence[str]
    permissions: frozenset[str]

    @property
    def is_active(self) -> bool:
        """Whether it was confirmed."""
        return self.status == Status.ACTIVE


def own_subscriptions(session: Session, subscriber_id: int) -> list[OwnSubscription]:
    """A person's subscriptions, in the order in which they were made."""
    rows = session.execute(
        select(Subscription, Newsletter)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(Subscription.id)
        .execution_options(populate_existing=True)
    )
    return [_own(session, subscription, newsletter) for subscription, newsletter in rows]


def own_subscription(session: Session, subscriber_id: int, reference: str) -> OwnSubscription:
    """The one of a person's subscriptions with this id, or :class:`NotFound`."""
    for own in own_subscriptions(session, subscriber_id):
        if own.reference == reference:
            return own
    raise NotFound


def _own(session: Session, subscription: Subscription, newsletter: Newsletter) -> OwnSubscription:
    profile = profile_of(session, subscription.id)
    asked = _fields_of(session, newsletter.id)
    return OwnSubscription(
        id=subscription.id,
        subscriber_id=subscription.subscriber_id,
        reference=subscription.reference,
        epoch=subscription.epoch,
        newsletter_id=newsletter.id,
        newsletter_name=newsletter.name,
        languages=newsletter.languages,
        locale=subscription.locale,
        status=subscription.status,
        confirmed_at=subscription.confirmed_at,
        restricted_at=subscription.restricted_at,
        profile=profile,
        fields=[name for name in PROFILE_FIELDS if name in asked or name in profile],
        permissions=permissions_of(session, subscription.id),
    )


def _fields_of(session: Session, newsletter_id: int) -> set[str]:
    forms = session.scalars(
        select(SignupForm.fields).where(
            SignupForm.newsletter_id == newsletter_id, SignupForm.retired_at.is_(None)
        )
    )
    return {name for fields in forms for name in fields}
