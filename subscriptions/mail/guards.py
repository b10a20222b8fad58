"""What may stop a mail just before it is sent. The rooms above say what, and bind it here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session

from subscriptions.mail.models import OutboxMessage

GUARDS = "assent_send_guards"
Check = Callable[[Session, OutboxMessage], bool]


@dataclass(frozen=True, slots=True)
class Guard:
    """One reason why a mail may not be sent after all.

    ``stops`` is asked of every mail and only reads: one indexed statement at the most. ``spares``
    is asked of one that is stopped, in a unit of work: True lets it go out, and may note that.
    """

    stops: Check
    spares: Check


def bind_guards(app: Flask, guards: Iterable[Guard]) -> None:
    """Have every mail of this application pass these."""
    app.extensions[GUARDS] = tuple(guards)


def guards_that_stop(session: Session, message: OutboxMessage) -> list[Guard]:
    """The guards that have something against this mail; it is sent if there are none."""
    guards: tuple[Guard, ...] = current_app.extensions[GUARDS]
    return [guard for guard in guards if guard.stops(session, message)]
