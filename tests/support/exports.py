"""An export as its reader sees it."""

import csv
from io import StringIO

from flask import Flask

from subscriptions.core.transactions import current_session
from subscriptions.transfer.export import stream_subscribers_csv
from tests.support.visits import newsletter_id

CONTRACT = [
    "email",
    "status",
    "topics",
    "frequency",
    "locale",
    "requested_at",
    "confirmed_at",
    "source_form",
    "consent_wording",
    "unsubscribe_url",
    "preferences_url",
]


def export_csv(
    app: Flask, status: str | None = None, topic: str | None = None, newsletter: str = "news"
) -> bytes:
    """The whole file."""
    wanted = newsletter_id(app, newsletter)
    with app.app_context():
        return b"".join(stream_subscribers_csv(current_session(), wanted, status, topic))


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a file, read by the letter of RFC 4180."""
    text = StringIO(content.decode(), newline="")
    return list(csv.DictReader(text, strict=True))


def addresses(
    app: Flask, status: str | None = None, topic: str | None = None, newsletter: str = "news"
) -> list[str]:
    """Who is in an export, in its order."""
    return [row["email"] for row in read_csv(export_csv(app, status, topic, newsletter))]
