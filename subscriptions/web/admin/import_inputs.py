"""The form that says what a file is and what its import rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel.speaklater import LazyString
from wtforms import DateField, Field, Form, IntegerField, SelectField, TextAreaField
from wtforms.validators import NumberRange, Optional

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.importing.columns import TITLES, suggest, targets
from subscriptions.transfer.importing.plans import (
    HOW,
    MOST_PER_MINUTE,
    PER_MINUTE,
    How,
    Mode,
    Plan,
)
from subscriptions.web.admin.inputs import NEEDED, stripped
from subscriptions.web.checkboxes import SelectChoice

MODES: dict[str, LazyString] = {
    Mode.INVITE: _("Invite them: each gets a mail and must confirm"),
    Mode.CONSENTED: _("They have agreed elsewhere: subscribed at once"),
}
COLUMN = "column_"


class PlanInput(Form):
    """What is to be done; see :func:`plan_input` for the columns."""

    mode = SelectField(
        _("What happens to these people"),
        choices=[SelectChoice(value, words) for value, words in MODES.items()],
    )
    wording = TextAreaField(
        _("Wording of the consent"),
        [NEEDED],
        description=_("What they agree to when they confirm, or what they agreed to elsewhere."),
        filters=[stripped],
    )
    how = SelectField(
        _("How they agreed"),
        choices=[
            SelectChoice("", _("Please choose")),
            *(SelectChoice(value, words) for value, words in HOW.items()),
        ],
        description=_("Kept as the record of their consent, which each of them can ask for."),
    )
    evidence = TextAreaField(
        _("Where the proof of that is"),
        description=_("Such as: paper list of the fair in May, in the folder on the second floor."),
        filters=[stripped],
    )
    consented_on = DateField(
        _("When they agreed"),
        [Optional()],
        description=_("For everybody for whom no column says it."),
    )
    per_minute = IntegerField(
        _("Invitations a minute"),
        [Optional(), NumberRange(1, MOST_PER_MINUTE, _("Between 1 and 600."))],
        default=PER_MINUTE,
        description=_("Slowly: many at once look like spam, and then nobody gets theirs."),
    )

    def columns(self) -> list[Field]:
        """The choice for each column, in the file's order."""
        return [field for field in self if field.short_name.startswith(COLUMN)]

    def plan(self) -> Plan:
        """The plan that was filled in; :class:`Invalid` if it contradicts itself."""
        chosen = {field.data: place for place, field in enumerate(self.columns()) if field.data}
        if len(chosen) < sum(bool(field.data) for field in self.columns()):
            raise Invalid(_("Two columns can't be the same thing."))
        consented = self.mode.data == Mode.CONSENTED
        return Plan(
            mode=Mode(self.mode.data),
            columns=chosen,
            wording=self.wording.data or "",
            how=How(self.how.data) if consented and self.how.data else None,
            evidence=(self.evidence.data or "") if consented else "",
            consented_on=self.consented_on.data if consented else None,
            per_minute=self.per_minute.data or PER_MINUTE,
        )


def plan_input(names: Sequence[str]) -> type[PlanInput]:
    """The form for a file with these columns, each with what its name suggests."""
    choices = [
        SelectChoice("", _("Leave out")),
        *(SelectChoice(target, TITLES[target]) for target in targets()),
    ]
    likely = {place: target for target, place in suggest(names).items()}
    fields: dict[str, Any] = {
        f"{COLUMN}{place}": SelectField(name, choices=choices, default=likely.get(place, ""))
        for place, name in enumerate(names)
    }
    return type("FilePlanInput", (PlanInput,), fields)


def as_filled_in(plan: Plan) -> Mapping[str, Any]:
    """A plan as the form shows it."""
    return {
        "mode": plan.mode.value,
        "wording": plan.wording,
        "how": plan.how.value if plan.how else "",
        "evidence": plan.evidence,
        "consented_on": plan.consented_on,
        "per_minute": plan.per_minute,
        **{f"{COLUMN}{place}": target for target, place in plan.columns.items()},
    }
