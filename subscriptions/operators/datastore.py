"""How Flask-Security reads and writes accounts: by our transactions, with our audit trail."""

from collections.abc import Callable
from typing import Any

from flask_babel import force_locale
from flask_babel.speaklater import LazyString
from flask_security import SQLAlchemyUserDatastore, UserMixin
from sqlalchemy.orm import Session

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import lazy_gettext
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.audit import record
from subscriptions.operators.models import Operator

AT_COMMIT = "assent_at_commit"
LOCALE = "en"  # operators have no language of their own yet


class OperatorDatastore(SQLAlchemyUserDatastore):
    """Collects what Flask-Security changes and writes it as one unit of work.

    Its views read, hash a password for some time and then write. Here the write begins with
    :meth:`commit`, so that nobody waits for the writer's turn during the hashing.
    """

    def commit(self) -> None:
        """Write everything that was changed, and what :func:`at_commit` registered."""
        session = current_session()
        changed, gone = [*session.new, *session.dirty], [*session.deleted]
        later = session.info.pop(AT_COMMIT, [])
        if not changed and not gone and not later:
            return
        session.expunge_all()
        with unit_of_work() as writing:
            writing.add_all(changed)
            for row in gone:
                writing.delete(row)
            for write in later:
                write(writing)

    def mf_set_recovery_codes(self, user: UserMixin, rcs: list[str] | None) -> None:
        """Replace the recovery codes; the audit trail says so."""
        super().mf_set_recovery_codes(user, rcs)
        if rcs:
            note(user, "account.recovery codes made")

    def mf_delete_recovery_code(self, user: UserMixin, idx: int) -> bool:
        """Spend a recovery code; the audit trail says so."""
        spent: bool = super().mf_delete_recovery_code(user, idx)
        note(user, "account.recovery code used")
        tell(user, lazy_gettext("A recovery code was used to sign in to your operator account."))
        return spent


def at_commit(write: Callable[[Session], Any]) -> None:
    """Have ``write`` take part in the datastore's next commit."""
    current_session().info.setdefault(AT_COMMIT, []).append(write)


def write_only_at_commit() -> None:
    """Keep queries from writing early what :meth:`OperatorDatastore.commit` will write."""
    current_session().autoflush = False


def note(user: Any, action: str, **details: Any) -> None:
    """Put a change of somebody's own account into the audit trail at the next commit."""
    operator = _account(user)
    thing = f"operator {operator.email}"
    at_commit(lambda session: record(session, operator, action, thing, **details))


def tell(user: Any, what: LazyString) -> None:
    """Mail somebody, with the next commit, that their account was changed."""
    recipient = _account(user).email
    with force_locale(LOCALE):
        context = {"what": str(what)}
    at_commit(lambda session: queue_mail(session, "operator_notice", recipient, LOCALE, context))


def _account(user: Any) -> Operator:
    operator: Operator = getattr(user, "_get_current_object", lambda: user)()
    return operator
