"""The forms of the guided first run."""

from collections.abc import Iterable, Mapping

from wtforms import BooleanField, EmailField, Form, StringField, TextAreaField
from wtforms.validators import Length

from subscriptions.config import PREFIX
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.web.admin.inputs import NEEDED, SLUG_HELP, stripped
from subscriptions.web.checkboxes import CheckboxesField


class IdentityInput(Form):
    """Some of what may be stored of who runs the newsletters."""

    def fix(self, values: Mapping[str, str]) -> None:
        """Show these as the environment says them; what is sent for them is not heard."""
        for name in set(values).intersection(self.data):
            field = self[name]
            field.data = values[name]
            field.render_kw = {"readonly": True}
            field.description = gettext(
                "Set by %(setting)s in the environment, which wins. Change it there.",
                setting=f"{PREFIX}{name.upper()}",
            )

    def open_values(self, fixed: Iterable[str]) -> dict[str, str]:
        """What may be stored."""
        return {name: value or "" for name, value in self.data.items() if name not in set(fixed)}


class OrganisationInput(IdentityInput):
    """Who answers for the newsletters."""

    organisation = StringField(
        _("Name of your organisation"),
        [NEEDED, Length(max=200)],
        description=_("Subscribers see it on every page and in every mail."),
        filters=[stripped],
    )
    postal_address = StringField(
        _("Postal address"),
        [Length(max=500)],
        description=_(
            "At the foot of every mail; many countries ask for that. On one line, such as: "
            "1 Example Street, 12345 Exampleton"
        ),
        filters=[stripped],
    )
    privacy_contact = StringField(
        _("Contact for questions about privacy"),
        [Length(max=320)],
        description=_(
            "A mail or web address. Whoever wants to know what you hold of them writes there."
        ),
        filters=[stripped],
    )


class SenderInput(IdentityInput):
    """From which address mail is sent."""

    mail_from = EmailField(
        _("Sender address"),
        [Length(max=320)],
        description=_(
            "All mail comes from here, under the name of the newsletter. Use an address that your "
            "mail server may send for: else mail ends up as spam."
        ),
        filters=[stripped],
    )


class FirstNewsletterInput(Form):
    """What subscribers see of the newsletter."""

    name = StringField(
        _("Name of the newsletter"),
        [NEEDED, Length(max=200)],
        description=_("What people sign up to, and what their inbox shows as the sender."),
        filters=[stripped],
    )
    description = TextAreaField(
        _("What it is about"),
        description=_("Shown above the form. Say how often it comes: people decide by that."),
        filters=[stripped],
    )
    reply_to = EmailField(
        _("Where answers go"),
        [Length(max=320)],
        description=_("When a subscriber answers a mail. Empty: to the sender address."),
        filters=[stripped],
    )


class OwnNewsletterInput(Form):
    """A newsletter of one's own in place of the sample."""

    new_name = StringField(
        _("Name of the new newsletter"), [NEEDED, Length(max=200)], filters=[stripped]
    )
    slug = StringField(
        _("Short name for addresses"), [NEEDED], description=SLUG_HELP, filters=[stripped]
    )
    close = BooleanField()


class FirstFormInput(Form):
    """What the form says and asks for."""

    title = StringField(
        _("Title of the form"),
        [NEEDED, Length(max=200)],
        description=_("The heading that visitors read first."),
        filters=[stripped],
    )
    intro = TextAreaField(
        _("Introduction"),
        description=_("A few words above the fields: what people get from it."),
        filters=[stripped],
    )
    fields = CheckboxesField(
        _("What to ask besides the address"),
        description=_(
            "Subscribers may leave them empty, unless you require one on the page of the form. "
            "The fewer, the more people sign up."
        ),
    )
