"""What is noted of a mail when the server has accepted it, for the room that had it sent.

A sent message leaves no row. What a room needs to remember of one it notes by itself, in the
transaction that removes the row: its id, the moment, and a fingerprint of its words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from subscriptions.core import clock
from subscriptions.core.transactions import Unit
from subscriptions.mail.models import OutboxMessage

LINK = "[the-link-of-this-person]"  # one word, so that lines break where they did
SHOWN = ("From", "Reply-To", "Subject")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A mail that the server has accepted. ``reference`` is the first part of its Message-ID."""

    reference: str
    at: datetime
    fingerprint: str
    subscriber_id: int | None
    newsletter_id: int | None


Noter = Callable[[Unit, HandedOver], None]
# By template. The rooms add theirs when the application is made; most mails are not noted.
noters: dict[str, Noter] = {}


def note_handed_over(unit: Unit, message: OutboxMessage, mime: EmailMessage) -> None:
    """Let the room whose mail this was note it."""
    noter = noters.get(message.template)
    if noter is None:
        return
    words = words_of(mime, secret_links(message.context))
    noter(
        unit,
        HandedOver(
            reference=message.reference,
            at=clock.now(),
            fingerprint=fingerprint(words),
            subscriber_id=message.subscriber_id,
            newsletter_id=message.newsletter_id,
        ),
    )


def words_of(mime: EmailMessage, links: Iterable[str]) -> str:
    """Sender, subject and text part as they are read, with the secret links taken out."""
    body = mime.get_body(("plain",))
    headers = [f"{name}: {mime[name]}" for name in SHOWN if mime[name]]
    text = "\n".join([*headers, "", str(body.get_content()) if body else ""])
    for link in links:
        text = text.replace(link, LINK)
    return text


def secret_links(context: dict[str, Any]) -> list[str]:
    """The links in an outbox context, which open things for whoever has them."""
    return [value for name, value in context.items() if name.endswith("_url")]


def fingerprint(words: str) -> str:
    """The SHA-256 of a mail's words."""
    return sha256(words.encode()).hexdigest()
