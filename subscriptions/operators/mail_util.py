"""Flask-Security's mails, by our outbox."""

from typing import Any

from flask_security import EmailValidateException, MailUtil
from sqlalchemy.orm import Session

from subscriptions.core.addresses import InvalidAddress, parse_address
from subscriptions.core.links import current_links
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import lazy_gettext
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.datastore import LOCALE, tell

RESET = "reset"
RESET_PATH = "/admin/reset"
RESET_HOURS = 1
NOTICES = {"changed", "reset-done"}


class OutboxMailUtil(MailUtil):
    """Promises mail in the transaction of its cause; the worker sends it."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Queue our own mail for what Flask-Security's ``template`` names."""
        if template == RESET:
            # Asking for a new password changes nothing else, so there is no commit to join.
            with unit_of_work() as session:
                _queue_reset(session, str(recipient), kwargs["reset_token"])
        elif template in NOTICES:
            tell(kwargs["user"], lazy_gettext("The password of your operator account was changed."))
        else:
            raise ValueError(f"no mail is made for {template}")

    def normalize(self, email: str) -> str:
        """The form under which accounts are kept."""
        try:
            return parse_address(email).key
        except InvalidAddress as error:
            raise EmailValidateException(str(error.message)) from None

    def validate(self, email: str) -> str:
        """The same: nothing is asked of the network."""
        return self.normalize(email)


def _queue_reset(session: Session, recipient: str, token: str) -> None:
    # Not from the request: whoever asks chooses the Host header.
    context = {
        "reset_url": f"{current_links().base_url}{RESET_PATH}/{token}",
        "hours": RESET_HOURS,
    }
    queue_mail(session, "operator_reset", recipient, LOCALE, context)
