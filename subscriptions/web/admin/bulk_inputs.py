"""What is asked for in bulk: the act, a topic, and the people, by a filter or by ticks."""

import re

from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange, Optional

from subscriptions.core.db import REFERENCE_LENGTH
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.bulk.asking import WITH_TOPIC, Wanted
from subscriptions.subscribers.bulk.looking_ahead import SHOWN, SoFar
from subscriptions.subscribers.bulk_models import Act
from subscriptions.subscribers.finding import MOST_COUNTED
from subscriptions.web.admin.filter_inputs import FilterInput
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice

ACTS: dict[Act, LazyString] = {
    Act.ASK_AGAIN: _("Send the confirmation mail again"),
    Act.ADD_TOPIC: _("Add a topic"),
    Act.REMOVE_TOPIC: _("Take a topic away"),
    Act.RESTRICT: _("Restrict the use of their data"),
    Act.LIFT: _("Lift the restriction"),
    Act.END: _("End the subscription"),
    Act.ERASE: _("Erase the people"),
}
EFFECTS: dict[Act, LazyString] = {
    Act.ASK_AGAIN: _(
        "Whoever has not confirmed gets the mail with the link once more, unless they were mailed "
        "in the last ten minutes or often enough today. Who has confirmed, or must not be mailed, "
        "is left alone."
    ),
    Act.ADD_TOPIC: _(
        "They get what is sent about this topic from now on. The record of what they agreed to "
        "stays as it is: do this only if it covers the topic."
    ),
    Act.REMOVE_TOPIC: _("They no longer get what is sent about this topic."),
    Act.RESTRICT: _(
        "What is held of them stays, and nothing is sent to them or exported until the restriction "
        "is lifted (GDPR Article 18)."
    ),
    Act.LIFT: _(
        "They get mail again. GDPR Article 18(3) wants each of them told before: do this only if "
        "that was done."
    ),
    Act.END: _(
        "They receive no more mail of this newsletter. Whoever reads no other one is erased at "
        "once. This can not be undone."
    ),
    Act.ERASE: _(
        "All their subscriptions end, and everything about them is erased at once, queued mail "
        "included. Who also reads newsletters that you don't edit is left alone. This can not be "
        "undone."
    ),
}
LARGEST_ID = 2**63 - 1
TICKED, FITTING = "ticked", "fitting"
REFERENCE = re.compile(rf"[\w-]{{{REFERENCE_LENGTH}}}", re.ASCII)


class BulkInput(FilterInput):
    """The act and the people. ``number`` is how many the page before had shown.

    ``before``, ``counted`` and ``first`` are what a look has come to that is not at its end yet.
    """

    act = SelectField(
        _("What"), choices=[SelectChoice(act.value, words) for act, words in ACTS.items()]
    )
    of_topic = SelectField(_("Topic to add or take away"), default="")
    whom = HiddenField(default=TICKED)
    member = CheckboxesField(_("People"), validate_choice=False)
    number = IntegerField(validators=[Optional()])
    sure = BooleanField()
    before = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID)])
    counted = IntegerField(validators=[Optional(), NumberRange(0, MOST_COUNTED)])
    first = CheckboxesField(validate_choice=False)

    @classmethod
    def of(cls, owner: Newsletter, values: MultiDict[str, str]) -> "BulkInput":
        """The form as it was sent, with what the newsletter has to choose from."""
        filled = cls.offered(owner, values)
        topics = (SelectChoice(each.slug, each.title) for each in owner.topics)
        filled.of_topic.choices = [SelectChoice("", _("None")), *topics]
        return filled

    def validate_of_topic(self, field: Field) -> None:
        """Needed to add one or to take one away."""
        if self.act.data in WITH_TOPIC and not field.data:
            raise ValidationError(gettext("Choose the topic."))

    def wanted(self) -> Wanted:
        """What was filled in."""
        act = Act(self.act.data)
        fitting = self.whom.data == FITTING
        return Wanted(
            act=act,
            topic=self.of_topic.data if act in WITH_TOPIC else None,
            filter=self.filter() if fitting else None,
            members=() if fitting else self.members(),
        )

    def members(self) -> tuple[str, ...]:
        """The random ids of those who were ticked, each once."""
        return _each_once(self.member)

    def so_far(self) -> SoFar:
        """Where the look goes on."""
        return SoFar(self.before.data, self.counted.data or 0, _each_once(self.first)[:SHOWN])


def _each_once(field: Field) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(field.data or ()) if REFERENCE.fullmatch(each))
