"""The form that searches the audit trail."""

from collections.abc import Mapping
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import DateField, Field, Form, SelectField, StringField
from wtforms.validators import Length, Optional

from subscriptions.core.transactions import current_session
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.api_keys import all_keys
from subscriptions.operators.audit import COMMAND_LINE, Wanted
from subscriptions.operators.queries import all_operators
from subscriptions.web.checkboxes import SelectChoice

DAY = [Optional()]
LONG = 10  # digits that no account's id has


class TrailInput(Form):
    """Whose entries, of what, about which newsletter, of which days.

    Operators go by their id: no address belongs into a URL. Keys for the API go by their name.
    """

    operator = SelectField(_("Who"), validate_choice=False)
    action = StringField(
        _("What"),
        [Length(max=60)],
        description=_("How the action begins, such as newsletter.closed"),
    )
    newsletter = SelectField(_("Newsletter"), validate_choice=False)
    first = DateField(_("From"), DAY)
    last = DateField(_("Until"), DAY)

    @classmethod
    def offered(cls, values: MultiDict[str, str]) -> Self:
        """The form as it was sent, with the operators and newsletters that there are."""
        form = cls(values)
        everybody = all_operators(current_session())
        form.operator.choices = [
            SelectChoice("", _("Anybody")),
            *(SelectChoice(str(operator.id), operator.email) for operator in everybody),
            SelectChoice(COMMAND_LINE, _("The command line")),
            *(SelectChoice(key.actor, key.actor) for key in all_keys(current_session())),
        ]
        form.newsletter.choices = [
            SelectChoice("", _("Any")),
            *(SelectChoice(each.slug, each.name) for each in all_newsletters(current_session())),
        ]
        return form

    def wanted(self) -> Wanted:
        """What was asked for."""
        who = _text(self.operator)
        return Wanted(
            operator=int(who) if who.isdecimal() and len(who) < LONG else who or None,
            action=_text(self.action),
            newsletter=_text(self.newsletter),
            first=self.first.data,
            last=self.last.data,
        )

    def asked(self) -> Mapping[str, Any]:
        """What was asked for, as the words of a URL."""
        return {field.name: field.data for field in self if field.data}


def _text(field: Field) -> str:
    return (field.data or "").replace("\0", "").strip()  # PostgreSQL can't even be asked for that
