"""The form that says what to export, and what for."""

from collections.abc import Sequence

from werkzeug.datastructures import ImmutableMultiDict
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.export_models import PURPOSE_LENGTH
from subscriptions.subscribers.filtering import OF_SIGN_UP, Filter
from subscriptions.transfer.exporting.asking import Format, Wanted
from subscriptions.transfer.selection import EVERYBODY, Choice, choice_for
from subscriptions.web.admin.filter_inputs import CameByInput, as_data
from subscriptions.web.admin.inputs import NEEDED, stripped
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice

WHO = {
    Choice.ACTIVE: _("Active: those who may be mailed now"),
    Choice.PAUSED: _("Paused"),
    Choice.PENDING: _("Not confirmed yet: must not be mailed"),
    Choice.ALL: _("All"),
}
FORMATS = {
    Format.CSV: _("CSV: for mailing programmes and spreadsheets"),
    Format.XLSX: _("XLSX: for Excel and LibreOffice, up to 1,048,575 people"),
}


class ExportInput(CameByInput):
    """What is wanted; see :func:`export_input` for the choices of a newsletter.

    Who is paused or restricted is left to the status: restricted people are in no export.
    """

    purpose = StringField(
        _("What is it for?"),
        [NEEDED, Length(max=PURPOSE_LENGTH)],
        description=_("Kept on record with it, such as: the May issue, sent by our agency."),
        filters=[stripped],
    )
    status = SelectField(_("Who"), choices=[SelectChoice(*each) for each in WHO.items()])
    segment = HiddenField()
    format = SelectField(
        _("Kind of file"), choices=[SelectChoice(*each) for each in FORMATS.items()]
    )
    columns = CheckboxesField(
        _("Columns"),
        [NEEDED],
        description=_(
            "Take only what is needed. A mailing programme needs the address and both links."
        ),
    )

    def wanted(self) -> Wanted:
        """What was filled in."""
        return Wanted(
            Format(self.format.data),
            self.status.data,
            self.topic.data or None,
            self.columns.data or (),
            self.purpose.data or "",
            self.of_sign_up(),
        )

    def of_sign_up(self) -> Filter:
        """How those who are wanted came."""
        return Filter(**{name: self[name].data or None for name in OF_SIGN_UP})


def export_input(
    given: ImmutableMultiDict[str, str] | None,
    owner: Newsletter,
    columns: Sequence[str],
    wanted: Filter = EVERYBODY,
    segment: str = "",
) -> ExportInput:
    """The form for a newsletter with these columns, all of them ticked at first.

    At first it asks for those whom ``wanted`` takes, the filter of ``segment``.
    """
    shown = as_data(wanted) | {"status": choice_for(wanted).value, "segment": segment}
    form = ExportInput.offered(owner, given, data={**shown, "columns": list(columns)})
    form.columns.choices = [SelectChoice(name, name) for name in columns]
    return form
