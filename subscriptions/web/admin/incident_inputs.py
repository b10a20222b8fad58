"""The forms of the incident pages. Moments are in UTC, to the minute."""

from collections.abc import Iterable
from datetime import UTC, datetime

from wtforms import DateTimeLocalField, Form, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from subscriptions.core.personal_data import registry
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.privacy.incidents.operations import LONGEST_BANNER, Facts
from subscriptions.web.admin.inputs import NEEDED, stripped
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice

MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
A_MOMENT = _("Please give a day and a time in UTC.")
NO_NAMES = _("Name nobody: this text stays on record and holds no personal data.")


def aware(moment: datetime | None) -> datetime | None:
    """A moment of a form, which has no time zone, as the UTC that its label says."""
    return moment.replace(tzinfo=UTC) if moment else None


class FactsInput(Form):
    """What is known of an incident."""

    title = StringField(
        _("Name of the incident"),
        [NEEDED, Length(max=200)],
        description=_("A few words for this list, the reminders and the drafts. Name nobody."),
        filters=[stripped],
    )
    noticed_at = DateTimeLocalField(
        _("When it was noticed (UTC)"),
        [DataRequired(A_MOMENT)],
        format=MINUTES,
        description=_("The 72 hours run from here: from when you were reasonably certain."),
    )
    happened_at = DateTimeLocalField(
        _("When it happened (UTC)"),
        [Optional()],
        format=MINUTES,
        description=_("As far as it is known."),
    )
    what = TextAreaField(_("What happened"), [NEEDED], description=NO_NAMES, filters=[stripped])
    newsletters = CheckboxesField(
        _("Newsletters concerned"), description=_("None ticked: all of them.")
    )
    categories = CheckboxesField(
        _("Data concerned"),
        description=_("The drafts for the authority and for the people name what you tick."),
    )
    consequences = TextAreaField(
        _("Likely consequences for the people concerned"),
        [NEEDED],
        description=NO_NAMES,
        filters=[stripped],
    )
    measures = TextAreaField(
        _("Measures taken or proposed"),
        [NEEDED],
        description=_("Also what people can do themselves. Name nobody."),
        filters=[stripped],
    )

    def offer(self, newsletters: Iterable[Newsletter]) -> None:
        """Offer these newsletters, and every category of personal data."""
        self.newsletters.choices = [SelectChoice(str(n.id), n.name) for n in newsletters]
        self.categories.choices = [
            SelectChoice(name, category.description)
            for name, category in registry.categories.items()
        ]

    def facts(self) -> Facts:
        """What was filled in, once it is valid."""
        noticed_at = aware(self.noticed_at.data)
        if noticed_at is None:
            raise ValueError("the form was not validated")
        return Facts(
            title=self.title.data or "",
            happened_at=aware(self.happened_at.data),
            noticed_at=noticed_at,
            what=self.what.data or "",
            newsletter_ids=[int(chosen) for chosen in self.newsletters.data or []],
            categories=list(self.categories.data or []),
            consequences=self.consequences.data or "",
            measures=self.measures.data or "",
        )


class NoticeInput(Form):
    """The text of a notice."""

    text = TextAreaField(
        _("Text"),
        [NEEDED],
        description=_("An empty line makes a new paragraph. Name nobody."),
        filters=[stripped],
    )


class BannerInput(Form):
    """The words on the public pages."""

    text = TextAreaField(
        _("Words of the banner"),
        [NEEDED, Length(max=LONGEST_BANNER)],
        description=_("Every visitor reads them on top of the public pages. Say what to do."),
        filters=[stripped],
    )


class EntryInput(Form):
    """A line for the log."""

    text = TextAreaField(_("What was done"), [NEEDED], description=NO_NAMES, filters=[stripped])


class AuthorityInput(Form):
    """That the authority was told, or need not be."""

    told_at = DateTimeLocalField(
        _("When the authority was told (UTC)"),
        [Optional()],
        format=MINUTES,
        description=_("Empty, with a reason below, if it need not be told."),
    )
    reason = TextAreaField(
        _("Reason"),
        description=_(
            "Why it was told after more than 72 hours; or why the incident is unlikely to be a "
            "risk to anybody, so that it need not be told (Article 33(1))."
        ),
        filters=[stripped],
    )
