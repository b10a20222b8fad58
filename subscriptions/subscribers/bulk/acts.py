"""What a change in bulk does to subscriptions, and what can come of it for each.

Whatever speaks against it is found before anything is written.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from flask_babel.speaklater import LazyString
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from subscriptions.core.statements import table_of
from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.bulk_models import Act
from subscriptions.subscribers.by_operators import Capped, ask_again
from subscriptions.subscribers.ending import end_subscriptions, erase_person
from subscriptions.subscribers.listing import newsletters_of
from subscriptions.subscribers.mails import Sender
from subscriptions.subscribers.models import Subscription, SubscriptionTopic
from subscriptions.subscribers.restricting import lift_all, restrict_all
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
    Outcome.CAPPED: _("was mailed a short while ago, or often enough today"),
    Outcome.ELSEWHERE: _("also reads newsletters that the operator doesn't edit"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What to do; ``newsletter_ids`` are those in which people may be erased, None for all."""

    act: Act
    sender: Sender
    topic_id: int | None
    newsletter_ids: Collection[int] | None


People = Sequence[Subscription]
Reason = Callable[[Subscription], Outcome | None]
Do = Callable[[Session, Order, People], Counter[str]]
DoOne = Callable[[Session, Order, Subscription], Outcome]


def act_on(session: Session, order: Order, people: People) -> Counter[str]:
    """Do it to these subscriptions, locked with their subscribers; how many met with what."""
    return ACTS[order.act](session, order, people)


def _one_by_one(act: DoOne) -> Do:
    def all_of_them(session: Session, order: Order, people: People) -> Counter[str]:
        return Counter(act(session, order, each).value for each in people)

    return all_of_them


def _together(people: People, act: Callable[[People], None], reason: Reason) -> Counter[str]:
    """Do it at once to those against whom there is no reason."""
    reasons = [reason(each) for each in people]
    fitting = [each for each, against in zip(people, reasons, strict=True) if against is None]
    if fitting:
        act(fitting)
    return Counter((against or Outcome.DONE).value for against in reasons)


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


def _restrict(session: Session, _order: Order, people: People) -> Counter[str]:
    def reason(each: Subscription) -> Outcome | None:
        return Outcome.ALREADY if each.restricted_at is not None else _unconfirmed(each)

    return _together(people, partial(restrict_all, session), reason)


def _lift(session: Session, _order: Order, people: People) -> Counter[str]:
    def reason(each: Subscription) -> Outcome | None:
        return Outcome.ALREADY if each.restricted_at is None else None

    return _together(people, partial(lift_all, session), reason)


def _add_topic(session: Session, order: Order, people: People) -> Counter[str]:
    have = _who_have(session, order, people)

    def reason(each: Subscription) -> Outcome | None:
        return _untouchable(each) or (Outcome.ALREADY if each.id in have else None)

    def add(those: People) -> None:
        rows = [{"subscription_id": each.id, "topic_id": order.topic_id} for each in those]
        session.execute(insert(table_of(SubscriptionTopic)), rows)

    return _together(people, add, reason)


def _remove_topic(session: Session, order: Order, people: People) -> Counter[str]:
    have = _who_have(session, order, people)

    def reason(each: Subscription) -> Outcome | None:
        return _untouchable(each) or (None if each.id in have else Outcome.ALREADY)

    def remove(those: People) -> None:
        theirs = SubscriptionTopic.subscription_id.in_([each.id for each in those])
        chosen = SubscriptionTopic.topic_id == order.topic_id
        session.connection().execute(delete(SubscriptionTopic).where(theirs, chosen))

    return _together(people, remove, reason)


def _who_have(session: Session, order: Order, people: People) -> set[int]:
    """Which of them have the topic."""
    theirs = SubscriptionTopic.subscription_id.in_([each.id for each in people])
    having = select(SubscriptionTopic.subscription_id)
    return set(session.scalars(having.where(theirs, SubscriptionTopic.topic_id == order.topic_id)))


def _unconfirmed(found: Subscription) -> Outcome | None:
    if found.status == Status.ACTIVE:
        return None
    return Outcome.ENDED if found.status == Status.ENDED else Outcome.NOT_CONFIRMED


def _untouchable(found: Subscription) -> Outcome | None:
    """Why preferences may not be changed: restricted data may only be stored (Article 18(2))."""
    restricted = Outcome.RESTRICTED if found.restricted_at is not None else None
    return _unconfirmed(found) or restricted


# What is done in a few statements for many people at once.
TOGETHER = frozenset({Act.RESTRICT, Act.LIFT, Act.ADD_TOPIC, Act.REMOVE_TOPIC})
ACTS: Mapping[Act, Do] = {
    Act.END: _one_by_one(_end),
    Act.RESTRICT: _restrict,
    Act.LIFT: _lift,
    Act.ADD_TOPIC: _add_topic,
    Act.REMOVE_TOPIC: _remove_topic,
    Act.ASK_AGAIN: _one_by_one(_ask_again),
    Act.ERASE: _one_by_one(_erase),
}
