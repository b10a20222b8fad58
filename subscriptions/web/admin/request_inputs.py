"""The forms of the request pages, and the words for what they choose from."""

from collections.abc import Mapping

from flask_babel.speaklater import LazyString
from wtforms import DateField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from subscriptions.core.words import lazy_gettext as _
from subscriptions.privacy.requests.terms import CameBy, Kind, Outcome, Proof, Step
from subscriptions.web.admin.inputs import NEEDED, AddressInput, stripped
from subscriptions.web.checkboxes import SelectChoice

LONGEST = Length(max=2_000)
KINDS: dict[str, LazyString] = {
    Kind.ACCESS: _("Access (Article 15)"),
    Kind.RECTIFICATION: _("Rectification (Article 16)"),
    Kind.ERASURE: _("Erasure (Article 17)"),
    Kind.RESTRICTION: _("Restriction (Article 18)"),
    Kind.PORTABILITY: _("Portability (Article 20)"),
    Kind.OBJECTION: _("Objection (Article 21)"),
}
WAYS: dict[str, LazyString] = {
    CameBy.LETTER: _("By letter"),
    CameBy.TELEPHONE: _("By telephone"),
    CameBy.MAIL: _("By mail"),
    CameBy.IN_PERSON: _("In person"),
}
PROOFS: dict[str, LazyString] = {
    Proof.MANAGE_LINK: _("They used the link that was mailed to the address"),
    Proof.ANSWERED: _("They answered a mail to the address"),
    Proof.KNOWN: _("Somebody here knows them, or has seen a paper"),
}
OUTCOMES: dict[str, LazyString] = {
    Outcome.DONE: _("Done"),
    Outcome.PARTLY: _("Partly done"),
    Outcome.REFUSED: _("Refused"),
}
STEPS: dict[str, LazyString] = {
    Step.RECORDED: _("Recorded"),
    Step.LINK_MAILED: _("Manage link mailed, if the address is known"),
    Step.IDENTITY: _("Identity known"),
    Step.CONTACT: _("Contact"),
    Step.CARRIED_OUT: _("Carried out"),
    Step.EXTENDED: _("Extended by two months"),
    Step.REMINDED: _("Owners reminded"),
    Step.OVERDUE: _("Owners told that it is overdue"),
    Step.CLOSED: _("Closed"),
}


def _choices(words: Mapping[str, LazyString]) -> list[SelectChoice]:
    return [SelectChoice(str(value), text) for value, text in words.items()]


class NewRequestInput(AddressInput):
    """A request as it came."""

    kind = SelectField(_("What is asked for"), choices=_choices(KINDS))
    came_by = SelectField(_("How it came"), choices=_choices(WAYS))
    received_on = DateField(
        _("Received on"),
        [InputRequired(_("Please give a day."))],
        description=_("From that day on the person waits, and the time for the answer runs."),
    )
    details = TextAreaField(
        _("What it says"),
        [LONGEST],
        description=_(
            "Only what is needed to answer it, such as what has to be corrected. The person can "
            "see it."
        ),
        filters=[stripped],
    )


class IdentityInput(Form):
    """How it is known who asks."""

    proof = SelectField(
        _("How you know"),
        choices=_choices(PROOFS),
        description=_("Keep no copy of any paper."),
    )


class ContactInput(Form):
    """A contact in a few words."""

    words = StringField(
        _("What about"),
        [NEEDED, LONGEST],
        description=_("In a few words. The person can see it."),
        filters=[stripped],
    )


class ExtensionInput(Form):
    """Why two months more are needed."""

    why = StringField(
        _("Reason"),
        [NEEDED, LONGEST],
        description=_("Such as how complex or how many the requests are. Tell the person as well."),
        filters=[stripped],
    )


class ClosingInput(Form):
    """What came of it."""

    outcome = SelectField(
        _("Outcome"),
        choices=_choices(OUTCOMES),
        description=_("Goes on record. Tell the person yourself: no mail is sent by this."),
    )
    reason = TextAreaField(
        _("Reason"),
        [LONGEST],
        description=_("Needed unless all was done. The person has a right to know it."),
        filters=[stripped],
    )
