"""The life of a subscription as a table: which event leads from which state to which."""

from enum import StrEnum

from subscriptions.core.errors import Conflict


class Status(StrEnum):
    """Where a subscription stands. *Paused* and *restricted* are not states; see the model."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class Event(StrEnum):
    """What can happen to a subscription; also the names of the daily counters."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"  # taken over, active, from a list; begins a life and ends none
    UNSUBSCRIBED = "unsubscribed"
    EXPIRED = "expired"  # never confirmed
    CLOSED = "closed"  # the newsletter was given up
    LAPSED = "lapsed"  # asked again, and no answer came
    BOUNCED = "bounced"  # a mail to the person was refused for good; changes no state


TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.PENDING, Event.REQUESTED): Status.PENDING,
    (Status.PENDING, Event.CONFIRMED): Status.ACTIVE,
    (Status.PENDING, Event.UNSUBSCRIBED): Status.ENDED,
    (Status.PENDING, Event.EXPIRED): Status.ENDED,
    (Status.ACTIVE, Event.REQUESTED): Status.ACTIVE,
    (Status.ACTIVE, Event.CONFIRMED): Status.ACTIVE,
    (Status.PENDING, Event.CLOSED): Status.ENDED,
    (Status.ACTIVE, Event.UNSUBSCRIBED): Status.ENDED,
    (Status.ACTIVE, Event.CLOSED): Status.ENDED,
    (Status.ACTIVE, Event.LAPSED): Status.ENDED,
    (Status.ENDED, Event.REQUESTED): Status.PENDING,
    (Status.ENDED, Event.UNSUBSCRIBED): Status.ENDED,
}


def after(status: Status, event: Event) -> Status:
    """The state that ``event`` leads to, or :class:`Conflict` if it can't happen there."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise Conflict from None
