"""The hosted form as WTForms, made from what an operator set up."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from subscriptions.core.addresses import Address, InvalidAddress, parse_address
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.asking import AskedField
from subscriptions.newsletters.fields import PROFILE_FIELDS, ProfileField
from subscriptions.newsletters.shown import OpenForm, TopicChoice
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.privacy.policy.in_words import policy_words
from subscriptions.privacy.policy.terms import PROFILE
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice
from subscriptions.web.page_form import PageForm

EMAIL_LABEL = _("E-mail address")
TICK_THE_BOX = _("Please tick the box if you want to receive this newsletter.")


class PublicForm(PageForm):
    """What every hosted form has. ``address`` is the parsed one once validation has passed."""

    address: Address
    email = StringField(EMAIL_LABEL, [InputRequired(_("Please enter your e-mail address."))])
    topics = CheckboxesField(_("Topics"), choices=[])
    consent = BooleanField(validators=[InputRequired(TICK_THE_BOX)])
    wording = HiddenField("")

    def validate_email(self, field: Field) -> None:
        """Keep the parsed address; what is no address is an error that does not repeat it."""
        try:
            self.address = parse_address(field.data)
        except InvalidAddress:
            raise ValidationError(
                gettext("Please enter an e-mail address, like name@example.org.")
            ) from None

    def validate_consent(self, field: Field) -> None:
        """Only the ticked box is a yes: a page elsewhere may as well send ``consent=no``."""
        if field.raw_data != ["y"]:
            raise ValidationError(TICK_THE_BOX)

    def profile_fields(self) -> Iterator[Field]:
        """The optional fields that this form asks for, in their order."""
        return (field for field in self if field.short_name in PROFILE_FIELDS)

    def profile_purpose(self) -> str | None:
        """What the policy in force says they are for (GDPR Article 13(1)(c)); None without any."""
        if not any(self.profile_fields()):
            return None
        return policy_words(current_policy().need(PROFILE, Trigger.UNSUBSCRIBED).purpose)

    def profile(self) -> dict[str, str]:
        """What was filled in beside the address."""
        return {field.short_name: field.data for field in self.profile_fields() if field.data}

    def chosen(self, topics: tuple[TopicChoice, ...]) -> list[TopicChoice]:
        """The topics that were ticked."""
        ticked = self.topics.data or []
        return [topic for topic in topics if topic.slug in ticked]


@lru_cache(maxsize=64)
def form_class(form: OpenForm) -> type[PublicForm]:
    """The WTForms class for a form. Made once for each version of it."""
    return new_form_class(form)


def new_form_class(form: OpenForm) -> type[PublicForm]:
    """The WTForms class for a form that is shown once."""
    email_checks = PublicForm.email.args[1]
    fields: dict[str, Any] = {
        # Made first: errors are listed in the order in which fields were made.
        "email": StringField(
            form.email.label or EMAIL_LABEL, email_checks, description=form.email.help
        ),
        **{asked.name: profile_field(PROFILE_FIELDS[asked.name], asked) for asked in form.fields},
    }
    if form.topics:
        choices = [SelectChoice(topic.slug, topic.title) for topic in form.topics]
        fields["topics"] = CheckboxesField(_("Topics"), choices=choices)
    fields["consent"] = BooleanField(form.wording, PublicForm.consent.kwargs["validators"])
    return type("HostedForm", (PublicForm,), fields)


def profile_field(field: ProfileField, asked: AskedField | None = None) -> Any:
    """The WTForms field for a profile field, with its checks, in the words of a form."""
    asked = asked or AskedField(field.name)
    kind = TextAreaField if field.input_type == "textarea" else StringField
    validators = [
        DataRequired(_("Please fill this in.")) if asked.required else Optional(),
        Length(max=field.max_length, message=_("This is too long: %(max)d characters at most.")),
        _plain_text if kind is StringField else _plain_lines,
    ]
    label = asked.label or field.label
    return kind(label, validators, filters=[_stripped], description=asked.help)


def _stripped(value: str | None) -> str | None:
    return value.replace("\r\n", "\n").strip() if value else value


def _plain_text(form: Form, field: Field) -> None:
    if field.data and not field.data.isprintable():
        raise ValidationError(gettext("Please use one line of plain text."))


def _plain_lines(form: Form, field: Field) -> None:
    if field.data and not field.data.replace("\n", "").isprintable():
        raise ValidationError(gettext("Please use plain text."))
