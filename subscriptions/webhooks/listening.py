"""Whether there is any webhook: a process remembers it, and looks again every other second.

Confirming and leaving are among the busiest paths, and most installations have no webhook. So a
webhook is told of what happens from two seconds after it was made.
"""

import time
from contextlib import suppress

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import STORE_FAILURES, after_commit, reading
from subscriptions.webhooks.models import Webhook

LISTENING = "assent_webhooks_listening"
LOOK_EVERY = 2.0  # seconds
ANY = Prepared(select(table_of(Webhook).c.id).limit(1))


class Remembered:
    """Whether anybody listens, as this process knows it."""

    def __init__(self) -> None:
        self._known = False
        self._look_at = 0.0

    def current(self) -> bool:
        """Whether there is a webhook; of a store that can't be read, as it was when it last could.

        The two seconds begin once it was looked.
        """
        if time.monotonic() >= self._look_at:
            with suppress(*STORE_FAILURES), reading() as connection:
                self._known = ANY.first(connection, {}) is not None
            self._look_at = time.monotonic() + LOOK_EVERY
        return self._known

    def look_again(self) -> None:
        """Have the next one who asks look into the store."""
        self._look_at = 0.0


def bind_listening(app: Flask) -> None:
    """Let this application remember whether there is any webhook."""
    app.extensions[LISTENING] = Remembered()


def anybody_listens() -> bool:
    """Whether there is any webhook."""
    return _remembered().current()


def look_again_after_commit(session: Session) -> None:
    """Have this process look into the store when the present unit of work is committed."""
    after_commit(session, _remembered().look_again)


def _remembered() -> Remembered:
    remembered: Remembered = current_app.extensions[LISTENING]
    return remembered
