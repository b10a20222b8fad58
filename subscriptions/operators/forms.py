"""Flask-Security's forms where ours differ: no answer's time tells who has an account."""

from typing import Any

from flask_security import (
    ForgotPasswordForm,
    LoginForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    WebAuthnRegisterForm,
    hash_password,
)
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired

from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.datastore import LOCALE
from subscriptions.operators.models import AFTER, INSTEAD
from subscriptions.operators.second_factor import METHOD

NOBODY = "nobody@invalid"


class OperatorLoginForm(LoginForm):
    """Address and password. Nothing stays signed in when the browser is closed."""

    remember = None  # type: ignore[assignment]


class OperatorForgotForm(ForgotPasswordForm):
    """Asks for a new password. A known and an unknown address cost the same."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether there is somebody to send a link to."""
        known: bool = super().validate(**kwargs)
        if known:
            # The view hashes something for an unknown address, so we do for a known one.
            hash_password("not a password")
        else:
            _spend_the_time_of_a_mail()
        return known


class OperatorSecondFactorForm(TwoFactorSetupForm):
    """An authenticator app, or nothing; the page has a button for each."""

    setup = RadioField(
        choices=[SelectChoice("disable"), SelectChoice(METHOD)], validate_choice=False
    )


class OperatorPasskeyForm(WebAuthnRegisterForm):
    """A new passkey: its name, and what it is for."""

    name = StringField(
        _("Name"),
        [DataRequired(_("Please give it a name."))],
        description=_("To tell it from others, such as Work laptop."),
    )
    usage = RadioField(
        _("What is it for?"),
        choices=[
            SelectChoice(AFTER, _("After the password: the second step at sign-in")),
            SelectChoice(
                INSTEAD,
                _(
                    "Instead of the password: your device asks for finger, face or PIN, which "
                    "counts as both steps"
                ),
            ),
        ],
        default=AFTER,
    )


class OperatorRescueForm(TwoFactorRescueForm):
    """What can be done without the phone: use a recovery code. Nothing is sent by mail."""

    help_setup = RadioField(choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help_setup.choices = []  # the view adds to this list


def _spend_the_time_of_a_mail() -> None:
    with unit_of_work() as session, session.begin_nested() as savepoint:
        queue_mail(session, "operator_reset", NOBODY, LOCALE, {})
        savepoint.rollback()
