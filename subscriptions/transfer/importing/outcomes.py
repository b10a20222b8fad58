"""What can become of a row."""

from enum import StrEnum

from flask_babel.speaklater import LazyString

from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.states import Status


class Outcome(StrEnum):
    """What became, or would become, of a row."""

    TAKEN = "taken"
    ACTIVE = "already_subscribed"
    PENDING = "waits_for_confirmation"
    ENDED = "has_left"
    SUPPRESSED = "suppressed"
    TWICE = "twice_in_the_file"
    NO_ADDRESS = "no_address"
    FORMULA = "formula"
    TOPIC = "unknown_topic"
    MOMENT = "no_day"
    FIELD = "bad_field"
    ERASED = "erased_meanwhile"


TITLES: dict[str, LazyString] = {
    Outcome.TAKEN: _("taken over"),
    Outcome.ACTIVE: _("subscribed already"),
    Outcome.PENDING: _("asked already, not confirmed yet"),
    Outcome.ENDED: _("has left this newsletter"),
    Outcome.SUPPRESSED: _("must not be mailed"),
    Outcome.TWICE: _("is in the file before"),
    Outcome.NO_ADDRESS: _("no e-mail address"),
    Outcome.FORMULA: _("a formula in place of an address"),
    Outcome.TOPIC: _("a topic that there is not"),
    Outcome.MOMENT: _("no day of consent, or one that can't be"),
    Outcome.FIELD: _("a field that is too long or no plain text"),
    Outcome.ERASED: _("left while the file waited"),
}
OF_STATUS = {
    Status.ACTIVE.value: Outcome.ACTIVE,
    Status.PENDING.value: Outcome.PENDING,
    Status.ENDED.value: Outcome.ENDED,
}
