"""The words of a policy file, and which of them go together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Trigger(StrEnum):
    """What starts the period of a clause."""

    UNCONFIRMED = "unconfirmed"  # a sign-up whose link was never pressed
    UNSUBSCRIBED = "unsubscribed"  # the end of a subscription
    NEWSLETTER_CLOSED = "newsletter-closed"
    INACTIVE = "inactive"  # the last thing the person did; opening a mail is none
    UNDELIVERABLE = "undeliverable"  # the day a mail was given up
    REQUEST_CLOSED = "request-closed"
    LAST_CONTACT = "last-contact"
    RECORDED = "recorded"  # the moment it was written down


class Action(StrEnum):
    """What happens when the period is over."""

    ERASE = "erase"
    ANONYMISE = "anonymise"  # what tells who it was goes, the rest stays
    ASK_AGAIN = "ask-again"  # by mail; erased if no answer comes


class Channel(StrEnum):
    """A way to write to or speak with somebody, each with a consent of its own."""

    MAIL = "mail"
    TELEPHONE = "telephone"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Fitting:
    """Which clauses a category must have, and may have besides, each with its action."""

    required: frozenset[tuple[Trigger, Action]]
    optional: frozenset[tuple[Trigger, Action]] = field(default_factory=frozenset)


def _needs(*triggers: Trigger) -> frozenset[tuple[Trigger, Action]]:
    return frozenset((trigger, Action.ERASE) for trigger in triggers)


ENDS_A_SUBSCRIPTION = _needs(Trigger.UNCONFIRMED, Trigger.UNSUBSCRIBED, Trigger.NEWSLETTER_CLOSED)
ASKED = frozenset({(Trigger.INACTIVE, Action.ASK_AGAIN)})
CLIENT_DETAILS = frozenset({(Trigger.RECORDED, Action.ANONYMISE)})

# What a person consists of. The ones before are what the ones after hang on.
ADDRESS, SUBSCRIPTION, PROFILE, CONSENT = "address", "subscription", "profile", "consent"
PERSON = (ADDRESS, SUBSCRIPTION, PROFILE, CONSENT)
# Clauses with these triggers let go of a person as a whole, in one transaction.
AS_A_WHOLE = (Trigger.UNCONFIRMED, Trigger.NEWSLETTER_CLOSED, Trigger.INACTIVE)

FITTINGS: Mapping[str, Fitting] = {
    ADDRESS: Fitting(ENDS_A_SUBSCRIPTION, ASKED),
    SUBSCRIPTION: Fitting(ENDS_A_SUBSCRIPTION, ASKED),
    PROFILE: Fitting(ENDS_A_SUBSCRIPTION, ASKED),
    CONSENT: Fitting(ENDS_A_SUBSCRIPTION, ASKED | CLIENT_DETAILS),
    "mail": Fitting(_needs(Trigger.UNDELIVERABLE)),
    "address_change": Fitting(_needs(Trigger.RECORDED)),
    "suppression": Fitting(_needs(Trigger.RECORDED)),
    "enquiry": Fitting(_needs(Trigger.LAST_CONTACT)),
    "request": Fitting(_needs(Trigger.REQUEST_CLOSED)),
    "import_file": Fitting(_needs(Trigger.RECORDED)),
    "export_file": Fitting(_needs(Trigger.RECORDED)),
    # These name nobody, and a policy says even so how long they are kept.
    "export_list": Fitting(_needs(Trigger.RECORDED)),
    "journal": Fitting(_needs(Trigger.RECORDED)),
    "counters": Fitting(_needs(Trigger.RECORDED)),
}
IMPERSONAL = frozenset({"export_list", "journal", "counters"})
