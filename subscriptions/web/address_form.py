"""The form that asks for an address and nothing else; others add to it."""

from wtforms import Field, StringField, ValidationError
from wtforms.validators import InputRequired

from subscriptions.core.addresses import Address, InvalidAddress, parse_address
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.web.page_form import PageForm


class AddressForm(PageForm):
    """One address. ``address`` is the parsed one once validation has passed."""

    address: Address
    email = StringField(
        _("E-mail address"), [InputRequired(_("Please enter your e-mail address."))]
    )

    def validate_email(self, field: Field) -> None:
        """Keep the parsed address; what is no address is an error that does not repeat it."""
        try:
            self.address = parse_address(field.data)
        except InvalidAddress:
            raise ValidationError(
                gettext("Please enter an e-mail address, like name@example.org.")
            ) from None
