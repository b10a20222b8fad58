"""A receiver of webhooks on loopback whose behaviour a test can switch, and webhooks for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask

from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.webhooks import recipients
from subscriptions.webhooks.events import OFFERED
from subscriptions.webhooks.operations import Draft, add_webhook
from subscriptions.webhooks.queries import webhook_by_reference
from tests.support.applications import run_jobs
from tests.support.visits import newsletter_id

RECIPIENT = "Provider of the servers and of mail delivery"  # of the policy mail-manager


@dataclass(frozen=True)
class Told:
    """One request as the receiver got it."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed


class Receiver:
    """Answers every POST with :attr:`status`, and keeps what it was told with one of 2xx."""

    def __init__(self) -> None:
        self.status = 204
        self.told: list[Told] = []
        self.attempts = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def events(self) -> list[dict[str, Any]]:
        """What it was told, in the order in which it came."""
        return [each.event for each in self.told]

    def types(self) -> list[str]:
        """The same, the types alone."""
        return [event["type"] for event in self.events()]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver, for as long as it is needed."""
    receiver = Receiver()
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.attempts += 1
            if receiver.status < 300:
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.told.append(Told(self.path, headers, body))
            self.send_response(receiver.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def hook_in(app: Flask, url: str, newsletter: str | None = None, **changes: Any) -> str:
    """Make a webhook for every kind of event; return its random id."""
    about = newsletter_id(app, newsletter) if newsletter else None
    draft = {"recipient": RECIPIENT, "newsletter_id": about, "kinds": OFFERED} | changes
    with app.app_context(), unit_of_work() as session:
        return add_webhook(session, Draft(url=url, **draft), recipients()).reference


def paused_why(app: Flask, reference: str) -> str | None:
    """Why a webhook is paused; None if it isn't."""
    with app.app_context(), unit_of_work() as session:
        return webhook_by_reference(session, reference).paused_why


def deliver_events(app: Flask) -> None:
    """Run what waits, and the delivery once more, as every minute does."""
    run_jobs(app)
    app.extensions["assent_job_tasks"]["webhooks.deliver"]()
    run_jobs(app)
