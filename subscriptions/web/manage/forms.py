"""The forms of the manage page, made from what may be corrected."""

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.subscribers.channels import Channel, can_be_reached, wording
from subscriptions.subscribers.own_data import OwnSubscription
from subscriptions.subscribers.tracking import TRACKING
from subscriptions.subscribers.tracking import wording as tracking_wording
from subscriptions.web.address_form import AddressForm
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice
from subscriptions.web.languages import language_choices
from subscriptions.web.page_form import PageForm
from subscriptions.web.public.forms import profile_field

FormData = MultiDict[str, str] | None


class NewAddressForm(AddressForm):
    """The address that is to replace the present one."""

    email = StringField(
        _("New e-mail address"), [InputRequired(_("Please enter your new e-mail address."))]
    )


class CorrectionForm(PageForm):
    """What one subscription says of its person."""

    subscription_id: int
    locale = SelectField(_("Language"), [InputRequired()])

    def profile(self) -> dict[str, str]:
        """What was filled in beside the language."""
        return {
            field.short_name: field.data
            for field in self
            if field.short_name in PROFILE_FIELDS and field.data
        }


class ChannelForm(PageForm):
    """The ways beside mail in which one newsletter may reach its person."""

    channels = CheckboxesField(_("You agree to"))

    def chosen(self) -> list[Channel]:
        """The channels that were ticked."""
        return [Channel(name) for name in self.channels.data or []]


class TrackingForm(PageForm):
    """Whether one newsletter may count what its person opens and clicks."""

    tracking = BooleanField()


def correction_form(own: OwnSubscription, sent: FormData = None) -> CorrectionForm:
    """The form for one subscription: as it is now, or as it was sent."""
    fields: dict[str, Any] = {name: profile_field(PROFILE_FIELDS[name]) for name in own.fields}
    form = type("OwnForm", (CorrectionForm,), fields)(prefix=_prefix("own", own))
    form.locale.choices = language_choices([*own.languages, own.locale])
    form.process(sent, data=own.profile | {"locale": own.locale})
    made: CorrectionForm = form
    made.subscription_id = own.id
    return made


def channel_form(
    own: OwnSubscription, offered: list[Channel], sent: FormData = None
) -> ChannelForm:
    """The form for the channels of one subscription: as they are now, or as they were sent."""
    form = ChannelForm(prefix=_prefix("by", own))
    form.channels.choices = [
        SelectChoice(channel.value, wording(channel, own.newsletter_name))
        for channel in offered
        if channel in own.permissions or can_be_reached(own, channel)
    ]
    form.process(sent, channels=sorted(own.permissions))
    return form


def tracking_form(own: OwnSubscription, sent: FormData = None) -> TrackingForm:
    """The permission to count, as it is now, or as it was sent."""
    form = TrackingForm(prefix=_prefix("count", own))
    form.tracking.label.text = tracking_wording(own.newsletter_name)
    form.process(sent, tracking=TRACKING in own.permissions)
    return form


def _prefix(word: str, own: OwnSubscription) -> str:
    # Ids must differ between the forms of one page, and those of a database say nothing.
    return f"{word}{own.id}"
