"""The form that says what to export, and what for."""

from collections.abc import Sequence

from werkzeug.datastructures import ImmutableMultiDict
from wtforms import Form, SelectField, StringField
from wtforms.validators import Length

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Topic
from subscriptions.subscribers.export_models import PURPOSE_LENGTH
from subscriptions.transfer.exporting.asking import Format, Wanted
from subscriptions.transfer.selection import Choice
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


class ExportInput(Form):
    """What is wanted; see :func:`export_input` for the choices of a newsletter."""

    purpose = StringField(
        _("What is it for?"),
        [NEEDED, Length(max=PURPOSE_LENGTH)],
        description=_("Kept on record with it, such as: the May issue, sent by our agency."),
        filters=[stripped],
    )
    status = SelectField(_("Who"), choices=[SelectChoice(*each) for each in WHO.items()])
    topic = SelectField(_("Topic"))
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
        )


def export_input(
    given: ImmutableMultiDict[str, str] | None, topics: Sequence[Topic], columns: Sequence[str]
) -> ExportInput:
    """The form for a newsletter with these topics and columns, all of them ticked at first."""
    form = ExportInput(given, columns=list(columns))
    form.topic.choices = [
        SelectChoice("", _("Any")),
        *(SelectChoice(each.slug, each.title) for each in topics),
    ]
    form.columns.choices = [SelectChoice(name, name) for name in columns]
    return form
