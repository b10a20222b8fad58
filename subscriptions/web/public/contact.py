"""The contact page: write to the organisation. Subscribes nobody to anything."""

import unicodedata
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, Form, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.privacy.enquiries.operations import write_enquiry
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.privacy.policy.in_words import kept_in_words
from subscriptions.web.address_form import AddressForm
from subscriptions.web.limits import guard_enquiries
from subscriptions.web.public.blueprint import blueprint

LONGEST = 5_000  # characters
LAYOUT = "\n\t"
NO_TEXT = {"Cc", "Cs"}  # control characters, and halves of others


class ContactForm(AddressForm):
    """Where to answer, and what to."""

    message = TextAreaField(
        _("Your message"),
        [
            InputRequired(_("Please write your message.")),
            Length(max=LONGEST, message=_("This is too long: %(max)d characters at most.")),
        ],
        filters=[lambda text: text.replace("\r\n", "\n").strip() if text else text],
    )

    def validate_message(self, field: Field) -> None:
        """Text that can be shown: the rest of Unicode is welcome."""
        marks = set(field.data or "") - set(LAYOUT)
        if any(unicodedata.category(mark) in NO_TEXT for mark in marks):
            raise ValidationError(gettext("Please use plain text."))
        if not field.data:
            raise ValidationError(gettext("Please write your message."))


@blueprint.get("/contact")
def contact() -> ResponseReturnValue:
    """A form with two fields."""
    return _page(ContactForm())


@blueprint.post("/contact")
def write_to_us() -> ResponseReturnValue:
    """Keep the enquiry; the answer is the same for every address."""
    guard_enquiries()
    form = ContactForm(request.form)
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work() as session:
        write_enquiry(session, form.address, form.message.data or "")
    return redirect(url_for("public.contact_sent"), HTTPStatus.SEE_OTHER)


@blueprint.get("/contact/sent")
def contact_sent() -> ResponseReturnValue:
    """What everybody sees who wrote."""
    return render_template("public/contact_sent.html", kept=_kept())


def _page(form: Form) -> str:
    return render_template("public/contact.html", form=form, longest=LONGEST, kept=_kept())


def _kept() -> str:
    return kept_in_words(current_policy().need("enquiry", Trigger.LAST_CONTACT))
