"""Asking people who have done nothing for long whether they still want a newsletter.

Opening a mail is no engagement, and not opening one no lack of it: nobody is watched for this.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Gone
from subscriptions.core.tokens import Reference
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.mails import Recipient, send_still_wanted, sender_for
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.states import Status


def ask_again(session: Session, subscription_ids: Sequence[int], until: datetime) -> None:
    """Promise the mail with the question for these subscriptions; no answer comes by ``until``."""
    asked = session.execute(
        select(Subscription, Subscriber, Newsletter)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(Subscription.id.in_(subscription_ids))
    )
    for subscription, person, newsletter in asked:
        recipient = Recipient(
            person.id,
            person.address,
            subscription.reference,
            subscription.epoch,
            subscription.locale,
        )
        send_still_wanted(session, sender_for(newsletter), recipient, until)
        subscription.asked_again_at = clock.now()


def stay(session: Session, reference: Reference) -> None:
    """Note that somebody still wants it; :class:`Gone` if the subscription is over."""
    wanted = session.execute(
        update(Subscription)
        .where(
            Subscription.reference == reference.id,
            Subscription.epoch == reference.epoch,
            Subscription.status == Status.ACTIVE.value,
        )
        .values(engaged_at=clock.now(), asked_again_at=None)
        .returning(Subscription.id)
    )
    if wanted.one_or_none() is None:
        raise Gone
