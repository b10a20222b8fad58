"""The admin's forms, as WTForms. What the domain refuses, the domain says; see ``refused``."""

from collections.abc import Iterable
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import current_app, request
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import (
    EmailField,
    Field,
    Form,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, Length

from subscriptions.core.addresses import Address, InvalidAddress, parse_address
from subscriptions.core.errors import AssentError
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.operators.roles import NEWSLETTER_ROLES, TITLES, Role
from subscriptions.web.checkboxes import SelectChoice

SLUG_HELP = _("Lower-case letters, digits and hyphens. It can't be changed later.")
NEEDED = DataRequired(_("Please fill this in."))


def posted() -> ImmutableMultiDict[str, str] | None:
    """What was sent in; None shows a form as it is, its boxes ticked as they are."""
    return request.form if request.method == "POST" else None


def stripped(value: str | None) -> str | None:
    """Text as the domain wants it: no carriage returns, no blanks around it."""
    return value.replace("\r\n", "\n").strip() if value else value


def refused(form: Form, error: AssentError) -> None:
    """Show the domain's refusal at the head of the form."""
    form.form_errors = [*form.form_errors, str(error.message)]


class NewsletterInput(Form):
    """A newsletter's own data."""

    name = StringField(
        _("Name"),
        [NEEDED, Length(max=200)],
        description=_("What people sign up to, in the form and in every mail."),
        filters=[stripped],
    )
    description = TextAreaField(
        _("Description"),
        description=_("Shown above the sign-up form: what it is about and how often it comes."),
        filters=[stripped],
    )
    sender_name = StringField(
        _("Name of the sender"),
        [Length(max=200)],
        description=_("What people see in their inbox. Empty: the name of the newsletter."),
        filters=[stripped],
    )
    reply_to = StringField(
        _("Address for replies"),
        [Length(max=320)],
        description=_("Empty: replies go to the sender address."),
        filters=[stripped],
    )
    languages = StringField(
        _("Languages"),
        [NEEDED],
        description=_("Language codes that subscribers may choose from, such as: en, de"),
        filters=[stripped],
    )

    def tags(self) -> list[str]:
        """The languages as a list."""
        return [tag.strip() for tag in (self.languages.data or "").split(",") if tag.strip()]

    def validate_languages(self, field: Field) -> None:
        """Languages that there are."""
        try:
            for tag in self.tags():
                Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            raise ValidationError(gettext("Please write language codes, such as: en, de")) from None


class NewNewsletterInput(NewsletterInput):
    """The same, with its slug."""

    slug = StringField(
        _("Short name for addresses"), [NEEDED], description=SLUG_HELP, filters=[stripped]
    )


class TopicInput(Form):
    """A topic's title."""

    title = StringField(
        _("Title"),
        [NEEDED, Length(max=200)],
        description=_("What subscribers choose by, on the form and in the preference centre."),
        filters=[stripped],
    )


class NewTopicInput(TopicInput):
    """The same, with its slug."""

    slug = StringField(
        _("Short name for exports"), [NEEDED], description=SLUG_HELP, filters=[stripped]
    )


class PasswordInput(Form):
    """A new password, twice."""

    password = PasswordField(
        _("Password"),
        [NEEDED],
        description=_("At least 12 characters. A few unrelated words make a good one."),
    )
    again = PasswordField(
        _("The same password again"),
        [NEEDED, EqualTo("password", _("The two passwords are not the same."))],
    )

    def validate_password(self, field: Field) -> None:
        """Long enough; kept in the normal form that a sign-in will use."""
        util = current_app.extensions["security"].password_util
        problems, field.data = util.validate(field.data, True)
        if problems:
            raise ValidationError(str(problems[0]))


class AddressInput(Form):
    """An operator's address; ``address`` is the parsed one once validation has passed."""

    address: Address
    email = EmailField(_("E-mail address"), [NEEDED])

    def validate_email(self, field: Field) -> None:
        """Keep the parsed address."""
        try:
            self.address = parse_address(field.data)
        except InvalidAddress:
            raise ValidationError(
                gettext("Please enter an e-mail address, like name@example.org.")
            ) from None


class FirstOperatorInput(AddressInput, PasswordInput):
    """The first owner's address and password."""


class RolesInput(Form):
    """An operator's roles; see :func:`roles_input`."""

    role = SelectField(
        _("Role in all newsletters"),
        choices=[
            SelectChoice("", _("None: only in the newsletters below")),
            *(SelectChoice(role.value, TITLES[role]) for role in Role),
        ],
        description=_("Viewers look, editors change and export, owners also look after operators."),
    )

    def chosen(self) -> Role | None:
        """The role for every newsletter."""
        return Role(self.role.data) if self.role.data else None

    def certain(self) -> dict[int, Role]:
        """The roles for certain newsletters, by the newsletter's id."""
        return {
            int(field.short_name.removeprefix("newsletter_")): Role(field.data)
            for field in self.newsletter_fields()
            if field.data
        }

    def newsletter_fields(self) -> list[Field]:
        """The choices for certain newsletters."""
        return [field for field in self if field.short_name.startswith("newsletter_")]


class InvitationInput(RolesInput, AddressInput):
    """Whom to invite, with which roles."""


def roles_input(base: type[RolesInput], newsletters: Iterable[tuple[int, str]]) -> type[RolesInput]:
    """The form ``base`` with a choice of role for each newsletter."""
    choices = [
        SelectChoice("", _("None")),
        *(SelectChoice(role.value, TITLES[role]) for role in NEWSLETTER_ROLES),
    ]
    fields: dict[str, Any] = {
        f"newsletter_{newsletter_id}": SelectField(name, choices=choices, default="")
        for newsletter_id, name in newsletters
    }
    return type("NewsletterRolesInput", (base,), fields)
