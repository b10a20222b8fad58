"""Flask-Security, bound to our tables, keys, mail and rules."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask, Request
from flask_security import (
    Security,
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    wan_deleted,
    wan_registered,
)

from subscriptions.config import Settings
from subscriptions.core import clock
from subscriptions.core.keys import derive_key
from subscriptions.core.words import lazy_gettext
from subscriptions.extensions import db
from subscriptions.operators.datastore import OperatorDatastore, note, tell, write_only_at_commit
from subscriptions.operators.forms import (
    OperatorForgotForm,
    OperatorLoginForm,
    OperatorPasskeyForm,
    OperatorRescueForm,
    OperatorSecondFactorForm,
)
from subscriptions.operators.mail_util import RESET, RESET_HOURS, RESET_PATH, OutboxMailUtil
from subscriptions.operators.models import Operator, OperatorRole, Passkey
from subscriptions.operators.passkeys import OperatorPasskeys
from subscriptions.operators.password_alone import RecoveryCodeAlone
from subscriptions.operators.second_factor import METHOD, TOLERANCE, OperatorTotp
from subscriptions.operators.sessions import LASTS

PREFIX = "/admin"
BLUEPRINT = "security"
PASSWORD_LENGTH = 12
RECENTLY = timedelta(minutes=30)  # a sign-in as old as this lets you change how you sign in
GRACE = timedelta(minutes=10)

ACCOUNTS: dict[str, Any] = {
    "URL_PREFIX": PREFIX,
    "RESET_URL": RESET_PATH.removeprefix(PREFIX),
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": False,
    "CLI_ROLES_NAME": False,
    "API_ENABLED_METHODS": ["session"],
    "RETURN_GENERIC_RESPONSES": True,
    "LOGOUT_METHODS": ["POST"],
    "LOGOUT_CSRF": True,
    "POST_LOGIN_VIEW": "admin.dashboard",
    "POST_LOGOUT_VIEW": "security.login",
    "POST_CHANGE_VIEW": "admin.account",
    "POST_VERIFY_VIEW": "admin.account",
    "TWO_FACTOR_POST_SETUP_VIEW": "admin.account",
    "FRESHNESS": RECENTLY,
    "FRESHNESS_GRACE_PERIOD": GRACE,
    "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": str, "case_insensitive": False}}],
}
PASSWORDS: dict[str, Any] = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    # A pepper made from our keys would lock everybody out when they rotate.
    "PASSWORD_SINGLE_HASH": {"argon2"},
    "PASSWORD_LENGTH_MIN": PASSWORD_LENGTH,
    # What is hashed here is already an argon2 hash.
    "HASHING_SCHEMES": ["hex_sha256"],
    "CHANGEABLE": True,
    "RECOVERABLE": True,
    "RESET_PASSWORD_WITHIN": timedelta(hours=RESET_HOURS),
}
MAIL: dict[str, Any] = {
    # OutboxMailUtil makes the mails; these only say which.
    "EMAIL_PLAINTEXT": False,
    "EMAIL_HTML": False,
    "EMAIL_TEMPLATE_PASSWORD_RESET": RESET,
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "reset-done",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "changed",
}
SECOND_FACTOR: dict[str, Any] = {
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": [METHOD],
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": TOLERANCE,
    "TWO_FACTOR_RESCUE_EMAIL": False,
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": 8,
}
PASSKEYS: dict[str, Any] = {
    "WEBAUTHN": True,
    "WAN_ALLOW_USER_HINTS": False,  # to name the keys of an address would say who has an account
    "WAN_ALLOW_AS_VERIFY": None,  # everybody has a password, which is asked for then
    "WAN_POST_REGISTER_VIEW": "security.wan_register",
    "DATETIME_FACTORY": clock.now,
}


def _(text: str) -> str:
    """Mark for translation; Flask-Security translates at the moment of use."""
    return text


MESSAGES = {
    "GENERIC_AUTHN_FAILED": (_("The address or the password is not right."), "error"),
    "PASSWORD_RESET_REQUEST": (
        _("If there is an account for this address, a mail with a link is on its way."),
        "info",
    ),
    "PASSWORD_RESET_NO_LOGIN": (_("Your new password is set. Please sign in with it."), "success"),
    "PASSWORD_CHANGE": (_("Your password has been changed."), "success"),
    "PASSWORD_RESET_EXPIRED": (_("This link has expired. Please ask for a new one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _("This link does not work any more. Please ask for a new one."),
        "error",
    ),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (_("The second step is on."), "success"),
    "TWO_FACTOR_DISABLED": (_("The second step is off."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (_("This code is not right, or was used already."), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (_("Please sign in first."), "error"),
    "INVALID_RECOVERY_CODE": (_("This recovery code is not right."), "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (_("The passkey “%(name)s” is ready."), "success"),
    "WEBAUTHN_CREDENTIAL_DELETED": (_("The passkey “%(name)s” is gone."), "success"),
    "WEBAUTHN_NAME_REQUIRED": (_("Please give it a name."), "error"),
    "WEBAUTHN_NAME_INUSE": (_("You have a passkey with this name already."), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (_("That passkey is gone already."), "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (
        _("A name has letters, digits, spaces and hyphens."),
        "error",
    ),
    "WEBAUTHN_EXPIRED": (_("That took too long. Please try again."), "error"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (_("This passkey is there already."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (_("This passkey belongs to nobody here."), "error"),
    "WEBAUTHN_NO_VERIFY": (_("This passkey could not be verified."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (_("This passkey is for another step."), "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (_("This passkey could not be verified."), "error"),
    "REAUTHENTICATION_REQUIRED": (_("Please enter your password once more."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_("Thank you."), "info"),
}


def configure(app: Flask, settings: Settings) -> None:
    """Bind accounts, sign-in and second factor."""
    options = ACCOUNTS | PASSWORDS | MAIL | SECOND_FACTOR | PASSKEYS | _secrets(app, settings)
    options |= {f"MSG_{name}": message for name, message in MESSAGES.items()}
    options["I18N_DIRNAME"] = ["builtin", app.config["BABEL_TRANSLATION_DIRECTORIES"]]
    options["I18N_DOMAIN"] = "flask_security;messages"
    app.config.update({f"SECURITY_{name}": value for name, value in options.items()})
    app.config["SESSION_PROTECTION"] = "strong"
    app.config["PERMANENT_SESSION_LIFETIME"] = LASTS
    security = Security(
        app,
        OperatorDatastore(db, Operator, OperatorRole, Passkey),
        mail_util_cls=OutboxMailUtil,
        totp_cls=OperatorTotp,
        webauthn_util_cls=OperatorPasskeys,
        wan_register_form=OperatorPasskeyForm,
        login_form=OperatorLoginForm,
        forgot_password_form=OperatorForgotForm,
        two_factor_setup_form=OperatorSecondFactorForm,
        two_factor_rescue_form=OperatorRescueForm,
    )
    security.two_factor_plugins.register_tf_impl(app, "recovery", RecoveryCodeAlone)
    security.want_json(_never)
    app.before_request_funcs.setdefault(BLUEPRINT, []).append(write_only_at_commit)
    _sessions_only(app)
    _keep_trail(app)


def _sessions_only(app: Flask) -> None:
    """No token opens anything, no cookie outlives the browser, public pages look for nobody."""
    app.login_manager.request_loader(_nobody)  # type: ignore[attr-defined]
    _drop(app.after_request_funcs[None], "LoginManager._update_remember_cookie")
    # Both look for an operator on every public page.
    _drop(app.before_request_funcs[None], "Principal._on_before_request")
    _drop(app.template_context_processors[None], "_user_context_processor")


def _drop(hooks: list[Any], name: str) -> None:
    """Take a library's hook out; loudly, should a newer version have renamed it."""
    hooks.remove(next(hook for hook in hooks if getattr(hook, "__qualname__", "") == name))


def _secrets(app: Flask, settings: Settings) -> dict[str, Any]:
    """Keys for what is kept encrypted: made from the installation's keys, newest first."""
    keys: list[str] = app.extensions["assent_keys"]
    codes = [derive_key([key], "recovery codes") for key in keys]
    totp = [derive_key([key], "second factors").hex() for key in keys]
    return {
        "TOTP_ISSUER": settings.organisation.replace(":", " "),
        "TOTP_SECRETS": {hashlib.sha256(s.encode()).hexdigest()[:12]: s for s in totp},
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(code) for code in codes],
    }


def _keep_trail(app: Flask) -> None:
    password_changed.connect(_password_changed, app)
    password_reset.connect(_password_changed, app)
    tf_profile_changed.connect(_second_factor_on, app)
    tf_disabled.connect(_second_factor_off, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)


def _password_changed(sender: Flask, user: Operator, **_rest: Any) -> None:
    note(user, "account.password changed")


def _second_factor_on(sender: Flask, user: Operator, **_rest: Any) -> None:
    note(user, "account.second factor on")
    tell(user, lazy_gettext("A second step was set up for signing in to your operator account."))


def _second_factor_off(sender: Flask, user: Operator, **_rest: Any) -> None:
    note(user, "account.second factor off")
    tell(
        user, lazy_gettext("The second step at sign-in of your operator account was switched off.")
    )


def _passkey_added(sender: Flask, user: Operator, name: str, **_rest: Any) -> None:
    note(user, "account.passkey added", name=name)
    tell(user, lazy_gettext("A passkey was added to your operator account."))


def _passkey_removed(sender: Flask, user: Operator, name: str, **_rest: Any) -> None:
    note(user, "account.passkey removed", name=name)
    tell(user, lazy_gettext("A passkey of your operator account was removed."))


def _never(_request: Request) -> bool:
    return False


def _nobody(_request: Request) -> None:
    return None
