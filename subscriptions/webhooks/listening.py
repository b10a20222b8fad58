"""Whether there is any webhook: a process remembers it, and looks again every other second.

Confirming and leaving are among the busiest paths, and most installations have no webhook. So a
webhook is told of what happens from two seconds after it was made.
"""

from flask import Flask, current_app
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from subscriptions.core.looking import Remembered
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import after_commit
from subscriptions.webhooks.models import Webhook

LISTENING = "assent_webhooks_listening"
ANY = Prepared(select(table_of(Webhook).c.id).limit(1))


def bind_listening(app: Flask) -> None:
    """Let this application remember whether there is any webhook."""
    app.extensions[LISTENING] = Remembered(False, _look)


def anybody_listens() -> bool:
    """Whether there is any webhook."""
    return _remembered().current()


def look_again_after_commit(session: Session) -> None:
    """Have this process look into the store when the present unit of work is committed."""
    after_commit(session, _remembered().look_again)


def _look(connection: Connection) -> bool:
    return ANY.first(connection, {}) is not None


def _remembered() -> Remembered[bool]:
    remembered: Remembered[bool] = current_app.extensions[LISTENING]
    return remembered
