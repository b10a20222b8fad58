"""What a change in bulk does to one subscription, and what can come of it.

Whatever speaks against it is found before anything is written.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel.speaklater import LazyString
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.bulk_models import Act
from subscriptions.subscribers.by_operators import Capped, ask_again
from subscriptions.subscribers.ending import end_subscriptions, erase_person
from subscriptions.subscribers.listing import newsletters_of
from subscriptions.subscribers.mails import Sender
from subscriptions.subscribers.models import Subscription, SubscriptionTopic
from subscriptions.subscribers.restricting import NotConfirmed, lift_one, restrict_one
from subscriptions.subscribers.states import Event, Status
from subscriptions.subscribers.suppression import Suppressed


class Outcome(StrEnum):
    """What became of one of them."""

    DONE = "done"
    GONE = "gone"
    ENDED = "ended"
    NOT_CONFIRMED = "not_confirmed"
    CONFIRMED = "confirmed"
    ALREADY = "already"
    RESTRICTED = "restricted"
    SUPPRESSED = "suppressed"
    CAPPED = "capped"
    ELSEWHERE = "elsewhere"


REASONS: dict[str, LazyString] = {
    Outcome.GONE: _("no longer fits, or has left meanwhile"),
    Outcome.ENDED: _("has left this newsletter"),
    Outcome.NOT_CONFIRMED: _("has not confirmed yet"),
    Outcome.CONFIRMED: _("has confirmed already"),
    Outcome.ALREADY: _("was so already"),
    Outcome.RESTRICTED: _("has restricted the use of their data"),
    Outcome.SUPPRESSED: _("must not be mailed"),
    Outcome.CAPPED: _("was mailed a short while ago, or three times today"),
    Outcome.ELSEWHERE: _("also reads newsletters that the operator doesn't edit"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What to do; ``newsletter_ids`` are those in which people may be erased, None for all."""

    act: Act
    sender: Sender
    topic_id: int | None
    newsletter_ids: Collection[int] | None


def act_on(session: Session, order: Order, found: Subscription) -> Outcome:
    """Do it to this subscription, which is locked with its subscriber."""
    return ACTS[order.act](session, order, found)


def _end(session: Session, _order: Order, found: Subscription) -> Outcome:
    if found.status == Status.ENDED:
        return Outcome.ENDED
    end_subscriptions(session, found.subscriber_id, [found.id], Event.UNSUBSCRIBED)
    return Outcome.DONE


def _erase(session: Session, order: Order, found: Subscription) -> Outcome:
    if order.newsletter_ids is not None:
        theirs = newsletters_of(session, found.subscriber_id)
        if not set(theirs) <= set(order.newsletter_ids):
            return Outcome.ELSEWHERE
    erase_person(session, found.subscriber_id)
    return Outcome.DONE


def _restrict(session: Session, _order: Order, found: Subscription) -> Outcome:
    try:
        return Outcome.DONE if restrict_one(session, found) else Outcome.ALREADY
    except NotConfirmed:
        return Outcome.NOT_CONFIRMED


def _lift(session: Session, _order: Order, found: Subscription) -> Outcome:
    return Outcome.DONE if lift_one(session, found) else Outcome.ALREADY


def _add_topic(session: Session, order: Order, found: Subscription) -> Outcome:
    if reason := _untouchable(found):
        return reason
    row = {"subscription_id": found.id, "topic_id": order.topic_id}
    if session.scalar(select(SubscriptionTopic.topic_id).filter_by(**row)) is not None:
        return Outcome.ALREADY
    session.execute(insert(SubscriptionTopic).values(**row))
    return Outcome.DONE


def _remove_topic(session: Session, order: Order, found: Subscription) -> Outcome:
    if reason := _untouchable(found):
        return reason
    theirs = delete(SubscriptionTopic).where(
        SubscriptionTopic.subscription_id == found.id, SubscriptionTopic.topic_id == order.topic_id
    )
    gone = session.connection().execute(theirs).rowcount
    return Outcome.DONE if gone else Outcome.ALREADY


def _ask_again(session: Session, order: Order, found: Subscription) -> Outcome:
    if found.status != Status.PENDING:
        return Outcome.CONFIRMED if found.status == Status.ACTIVE else Outcome.ENDED
    try:
        ask_again(session, order.sender, found)
    except Suppressed:
        return Outcome.SUPPRESSED
    except Capped:
        return Outcome.CAPPED
    return Outcome.DONE


def _untouchable(found: Subscription) -> Outcome | None:
    """Why preferences may not be changed: restricted data may only be stored (Article 18(2))."""
    if found.status != Status.ACTIVE:
        return Outcome.ENDED if found.status == Status.ENDED else Outcome.NOT_CONFIRMED
    return Outcome.RESTRICTED if found.restricted_at is not None else None


ACTS: Mapping[Act, Callable[[Session, Order, Subscription], Outcome]] = {
    Act.END: _end,
    Act.RESTRICT: _restrict,
    Act.LIFT: _lift,
    Act.ADD_TOPIC: _add_topic,
    Act.REMOVE_TOPIC: _remove_topic,
    Act.ASK_AGAIN: _ask_again,
    Act.ERASE: _erase,
}
