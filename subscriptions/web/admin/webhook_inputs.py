"""The form of a new webhook, and the words for what one can be told and why it is paused."""

from flask_babel.speaklater import LazyString
from wtforms import Form, SelectField, StringField, ValidationError
from wtforms.validators import Length

from subscriptions.core.transactions import current_session
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.privacy.webhooks import recipients
from subscriptions.web.admin.inputs import NEEDED, stripped
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice
from subscriptions.webhooks.events import OFFERED, Kind
from subscriptions.webhooks.models import URL_LENGTH
from subscriptions.webhooks.operations import Draft, Why

KINDS: dict[str, LazyString] = {
    Kind.CONFIRMED: _("Somebody confirmed a subscription"),
    Kind.ENDED: _("A subscription ended, whatever ended it"),
    Kind.ANSWERED: _("A request about somebody's own data was carried out"),
}
REASONS: dict[str, LazyString] = {
    Why.OWNER: _("An owner paused it."),
    Why.FAILING: _("An event could not be delivered for three days."),
    Why.RECIPIENT: _("The policy in force does not name its recipient."),
}


class WebhookInput(Form):
    """Where to, for whom, about what."""

    url = StringField(
        _("Address of the receiver"),
        [NEEDED, Length(max=URL_LENGTH)],
        description=_("Begins with https://. On this very machine http:// will do."),
        filters=[stripped],
    )
    recipient = SelectField(
        _("Recipient"), description=_("Whose machine it is: one of those that the policy names.")
    )
    newsletter = SelectField(_("For which newsletter"))
    kinds = CheckboxesField(
        _("It is told when"),
        choices=[SelectChoice(kind.value, KINDS[kind]) for kind in OFFERED],
    )

    def offer(self) -> None:
        """Let the owner choose among the recipients and newsletters that there are."""
        self.recipient.choices = [SelectChoice(name, name) for name in recipients()]
        self.newsletter.choices = [
            SelectChoice("", gettext("All newsletters")),
            *(SelectChoice(str(one.id), one.name) for one in all_newsletters(current_session())),
        ]

    def validate_kinds(self, field: CheckboxesField) -> None:
        """One that is told nothing is of no use."""
        if not field.data:
            raise ValidationError(gettext("Please tick what it is told."))

    def draft(self) -> Draft:
        """What was filled in."""
        return Draft(
            url=self.url.data or "",
            recipient=self.recipient.data,
            newsletter_id=int(self.newsletter.data) if self.newsletter.data else None,
            kinds=[Kind(kind) for kind in self.kinds.data or []],
        )
