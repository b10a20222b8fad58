"""An export as its reader sees it."""

import csv
from collections.abc import Iterator
from io import StringIO

from flask import Flask

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.transfer.exporting.asking import Wanted, check_export, record_export
from subscriptions.transfer.exporting.making import leave_to_worker
from subscriptions.transfer.exporting.queries import export_of
from subscriptions.transfer.exporting.serving import file_while_reading, kept_file, plan_of
from subscriptions.transfer.exporting.working import work
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


def begin_export(
    wanted: int, status: str | None = None, topic: str | None = None
) -> Iterator[bytes]:
    """The chunks of a file that goes out as it is read; needs an application context."""
    asks = Wanted(status=status or "active", topic=topic, purpose="A test")
    checked = check_export(current_session(), wanted, asks)
    with unit_of_work() as session:
        made = record_export(session, checked, "a test", kept=False)
    session = current_session()
    return file_while_reading(plan_of(session, made))


def export_csv(
    app: Flask, status: str | None = None, topic: str | None = None, newsletter: str = "news"
) -> bytes:
    """The whole file."""
    wanted = newsletter_id(app, newsletter)
    with app.app_context():
        return b"".join(begin_export(wanted, status, topic))


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a file, read by the letter of RFC 4180."""
    text = StringIO(content.decode(), newline="")
    return list(csv.DictReader(text, strict=True))


def addresses(
    app: Flask, status: str | None = None, topic: str | None = None, newsletter: str = "news"
) -> list[str]:
    """Who is in an export, in its order."""
    return [row["email"] for row in read_csv(export_csv(app, status, topic, newsletter))]


def keep_export(app: Flask, newsletter: str = "news", *, make: bool = True) -> str:
    """Ask for a file that is kept and have the worker make it; the reference of the export."""
    wanted = newsletter_id(app, newsletter)
    with app.app_context():
        checked = check_export(current_session(), wanted, Wanted(purpose="A test"))
        with unit_of_work() as session:
            made = record_export(session, checked, "a test")
            leave_to_worker(made)
            reference = made.reference
        if make:
            work()
    return reference


def kept_rows(app: Flask, reference: str, newsletter: str = "news") -> list[dict[str, str]]:
    """What is in a file that is kept, as it would be downloaded now."""
    wanted = newsletter_id(app, newsletter)
    with app.app_context():
        session = current_session()
        plan = plan_of(session, export_of(session, wanted, reference))
        return read_csv(b"".join(kept_file(plan)))


def kept_addresses(app: Flask, reference: str) -> list[str]:
    """Who is in it."""
    return [row["email"] for row in kept_rows(app, reference)]
