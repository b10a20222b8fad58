"""The words of a data-subject request."""

from enum import StrEnum

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.words import lazy_gettext as _


class Kind(StrEnum):
    """Which right is exercised."""

    ACCESS = "access"  # Article 15
    RECTIFICATION = "rectification"  # Article 16
    ERASURE = "erasure"  # Article 17
    RESTRICTION = "restriction"  # Article 18
    PORTABILITY = "portability"  # Article 20
    OBJECTION = "objection"  # Article 21


class CameBy(StrEnum):
    """How a request came."""

    LETTER = "letter"
    TELEPHONE = "telephone"
    MAIL = "mail"
    IN_PERSON = "in_person"


class Proof(StrEnum):
    """How we know that it is the person who asks. No copy of a paper is ever kept."""

    MANAGE_LINK = "manage_link"  # they used or quoted the link that was mailed to the address
    ANSWERED = "answered"  # they answered a mail to the address
    KNOWN = "known"  # somebody here knows them, or has seen a paper


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"


class Step(StrEnum):
    """What happened to a request, in its timeline."""

    RECORDED = "recorded"
    LINK_MAILED = "link_mailed"
    IDENTITY = "identity"
    CONTACT = "contact"
    CARRIED_OUT = "carried_out"
    EXTENDED = "extended"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    CLOSED = "closed"


class Closed(Conflict):
    """A closed request is history."""

    message = _("This request is closed.")


class IdentityUnknown(Conflict):
    """Nobody's data is touched before it is known who asks."""

    message = _("First note how you know that it is the person who asks.")


class NothingHeld(Conflict):
    """There is nothing that could be carried out."""

    message = _("Nothing is held about this address that this could be done with.")


class TooLate(Conflict):
    """GDPR Article 12(3): people are told of an extension before their month is over."""

    message = _("A request can be extended once, and only until it is due.")


class ReasonMissing(Invalid):
    """GDPR Article 12(4): who is refused learns why."""

    message = _("Say why: the person has a right to know the reason.")


class FromTheFuture(Invalid):
    """A request that has not come yet."""

    message = _("This day has not come yet.")
