"""What is noted of a mail that the server refused for good, for the rooms that had it sent.

The message stays as a dead letter, and its clause erases it; what a room wants to know for longer
it notes by itself, in the transaction that gives the mail up.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from subscriptions.mail.models import OutboxMessage

Noter = Callable[[Session, OutboxMessage], None]
# The rooms add theirs when the application is made.
noters: list[Noter] = []


def note_refused(session: Session, message: OutboxMessage) -> None:
    """Let the rooms note that this mail came back."""
    for noter in noters:
        noter(session, message)
