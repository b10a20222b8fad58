"""The forms of the suppression pages."""

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel.speaklater import LazyString
from wtforms import SelectField

from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.suppressing import LiftReason
from subscriptions.subscribers.suppression import Reason
from subscriptions.web.admin.inputs import AddressInput
from subscriptions.web.checkboxes import SelectChoice

EVERY_NEWSLETTER = _("Every newsletter")

REASONS: dict[str, LazyString] = {
    Reason.OPERATOR: _("Decided by an operator"),
    Reason.OBJECTION: _("The person objected"),
    Reason.COMPLAINT: _("Reported as unwanted mail"),
    Reason.HARD_BOUNCE: _("The address does not work"),
    Reason.ERASED: _("Erased at the person's request"),
}
LIFT_REASONS: dict[str, LazyString] = {
    LiftReason.MISTAKE: _("It was a mistake"),
    LiftReason.ASKED: _("The person asked for it"),
    LiftReason.REACHABLE: _("The address works again"),
}


class Scope(NamedTuple):
    """What an entry can be about: one newsletter, or with an id of None all of them."""

    id: int | None
    slug: str | None
    name: str


class ScopeInput(AddressInput):
    """An address, and which newsletters are meant."""

    scope = SelectField(
        _("For"), description=_("Of other newsletters the person goes on getting mail.")
    )

    def offer(self, scopes: Iterable[Scope]) -> None:
        """Let the operator choose among these."""
        self._scopes = {each.slug or "": each for each in scopes}
        self.scope.choices = [SelectChoice(slug, s.name) for slug, s in self._scopes.items()]

    def chosen(self) -> Scope:
        """The scope that was chosen."""
        return self._scopes[self.scope.data]


class SuppressInput(ScopeInput):
    """Which address to suppress, and why."""

    reason = SelectField(
        _("Reason"), choices=[SelectChoice(value, words) for value, words in REASONS.items()]
    )


class LiftInput(ScopeInput):
    """Which entry to lift, and why."""

    reason = SelectField(
        _("Reason"), choices=[SelectChoice(value, words) for value, words in LIFT_REASONS.items()]
    )
