"""The forms of the retention page."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import PurePath

from wtforms import DateField, Field, FileField, Form, SelectField, ValidationError
from wtforms.validators import InputRequired

from subscriptions.config import ConfigurationError
from subscriptions.core import clock
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.privacy.policy import (
    Policy,
    current_policy,
    load_policy,
    parse_policy,
    shipped_policies,
)
from subscriptions.privacy.policy.loading import MAX_BYTES
from subscriptions.web.checkboxes import SelectChoice

DAYS_AHEAD = 30
FURTHEST = timedelta(days=50 * 365)


def _soon() -> date:
    return clock.today() + timedelta(days=DAYS_AHEAD)


class LookAheadInput(Form):
    """By which day, and under which policy beside the one in force."""

    as_of = DateField(
        _("By the end of"),
        [InputRequired(_("Please choose a day."))],
        description=_("Whose data would be gone by then. Looking erases nothing."),
        default=_soon,
    )
    policy = SelectField(_("Compare with"))
    file = FileField(
        _("Or with a policy file of your own"),
        description=_("TOML, up to 60 kB. It is looked at and nothing of it is kept."),
    )

    uploaded: Policy | None = None

    def offer(self) -> None:
        """Let the operator choose among the policies that come with Assent."""
        self.policy.choices = [
            SelectChoice("", _("Nothing: only the policy in force")),
            *(SelectChoice(name, name) for name in shipped_policies()),
        ]

    def validate_as_of(self, field: Field) -> None:
        """A day that is not over, and not so far that no calendar has it."""
        if field.data and not timedelta() <= field.data - clock.today() <= FURTHEST:
            raise ValidationError(gettext("Please choose a day from today on."))

    def validate_file(self, field: Field) -> None:
        """A policy that could be put in force; else the line in which it could not."""
        if not field.data:
            return
        name = PurePath(field.data.filename).name
        try:
            self.uploaded = parse_policy(name, field.data.stream.read(MAX_BYTES + 1))
        except ConfigurationError as error:
            raise ValidationError(error.message) from None

    def moment(self) -> datetime:
        """The end of the day, in UTC."""
        day: date = self.as_of.data  # type: ignore[assignment]  # validated, or the default
        return datetime.combine(day + timedelta(days=1), time(), UTC)

    @cached_property
    def other(self) -> Policy | None:
        """The policy to compare with, if there is one; a file comes before a name."""
        if self.uploaded is not None:
            return self.uploaded
        return load_policy(self.policy.data) if self.policy.data else None

    def other_name(self) -> str:
        """What the other policy is called."""
        if self.uploaded is not None:
            return PurePath(self.file.data.filename).name
        return str(self.policy.data)

    def asks_first(self) -> bool:
        """Whether a clause of either asks people before it erases them."""
        policies = [current_policy(), *filter(None, [self.other])]
        return any(clause.answer_within for policy in policies for clause in policy.clauses)
