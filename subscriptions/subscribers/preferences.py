"""What a subscriber can change with the link of any mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Gone
from subscriptions.newsletters.models import Topic
from subscriptions.newsletters.shown import TopicChoice
from subscriptions.subscribers.models import Subscription, SubscriptionTopic


class Frequency(StrEnum):
    """How often somebody wants to hear from a newsletter."""

    EVERY = "every"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody wants to receive. ``paused_until`` is the first day of mail again."""

    topics: Sequence[TopicChoice]
    frequency: Frequency
    locale: str
    paused_until: date | None


def change_preferences(session: Session, subscription_id: int, wanted: Preferences) -> None:
    """Replace the preferences of a subscription; :class:`Gone` if it was erased meanwhile."""
    changed = session.execute(
        update(Subscription)
        .where(Subscription.id == subscription_id)
        .values(
            frequency=wanted.frequency.value,
            locale=wanted.locale,
            paused_until=wanted.paused_until,
            engaged_at=clock.now(),
        )
        .returning(Subscription.id)
    ).one_or_none()
    if changed is None:
        raise Gone
    session.execute(
        # A choice of a retired topic stays: it was not on the page to be kept or dropped.
        delete(SubscriptionTopic).where(
            SubscriptionTopic.subscription_id == subscription_id,
            SubscriptionTopic.topic_id.in_(select(Topic.id).where(Topic.retired_at.is_(None))),
        )
    )
    if wanted.topics:
        session.execute(
            insert(SubscriptionTopic),
            [{"subscription_id": subscription_id, "topic_id": t.id} for t in wanted.topics],
        )
