"""Accounts that the password alone does not open, because they have a passkey instead of it.

The passkey opens them, or the password and a recovery code for whoever has lost it. The password
stays: Flask-Security takes recovery codes only after one, and a reset by mail would give back what
was removed.
"""

from typing import Any, cast

from flask import redirect, session
from flask.typing import ResponseValue
from flask_babel import force_locale
from flask_security import UserMixin, url_for_security
from flask_security.tf_plugin import TfPluginBase
from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.audit import record
from subscriptions.operators.datastore import LOCALE
from subscriptions.operators.models import Operator

METHOD = "recovery"
OFF = _("From now on the password alone does not open your operator account.")
ON = _("The password alone opens your operator account again.")


class NotReady(Conflict):
    """Whoever lost the passkey could not sign in any more."""

    message = _("You need a passkey instead of the password for that, and recovery codes.")


def let_password_alone(db: Session, operator: Operator, *, suffice: bool) -> None:
    """Let the password alone open the account, or no longer; the operator is told by mail.

    Raises :class:`NotReady` for the latter without a passkey instead, or without recovery codes.
    """
    if not suffice and not (operator.has_passkey_instead and operator.mf_recovery_codes):
        raise NotReady
    operator.needs_passkey = not suffice
    record(db, operator, f"account.password alone {'on' if suffice else 'off'}", _thing(operator))
    with force_locale(LOCALE):
        context = {"what": str(ON if suffice else OFF)}
    queue_mail(db, "operator_notice", operator.email, LOCALE, context)


class RecoveryCodeAlone(TfPluginBase):
    """To Flask-Security, the second step of an account whose first one should be a passkey."""

    def get_setup_methods(self, user: UserMixin) -> list[tuple[str, str]]:
        """Its one method, for whom the password does not suffice and nothing else follows it."""
        operator = cast("Operator", user)
        needed = operator.has_second_step and not operator.has_step_after_password
        return [(METHOD, METHOD)] if needed else []

    def tf_login(
        self, user: UserMixin, json_payload: dict[str, Any], next_loc: str | None
    ) -> ResponseValue:
        """Ask for a recovery code. The page leads to the passkey as well."""
        session["tf_state"] = "ready"
        return redirect(url_for_security("mf_recovery", next=next_loc))


def _thing(operator: Operator) -> str:
    return f"operator {operator.email}"
