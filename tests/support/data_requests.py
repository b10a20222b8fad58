"""Data-subject requests that an owner records, in a few words."""

from typing import Any

from flask import Flask

from subscriptions.core import clock
from subscriptions.core.addresses import parse_address
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.requests.operations import Received, close_request, record_request
from subscriptions.privacy.requests.terms import CameBy, Kind, Outcome
from tests.support.operators import Desk
from tests.support.smtp import Received as Mail
from tests.support.smtp import SmtpServer
from tests.support.visits import ADA, deliver, rows_of

REQUESTS = "/admin/requests"
SAYS = "Please spell me Augusta."


def record(
    app: Flask,
    desk: Desk,
    kind: str = "erasure",
    received_on: str = "2026-03-02",
    address: str = ADA,
    **more: str,
) -> str:
    """Write one down as the page does; return the path of its page."""
    data = {"came_by": "letter", "details": SAYS} | more
    answer = desk.send(f"{REQUESTS}/new", email=address, kind=kind, received_on=received_on, **data)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def record_in(app: Flask, address: str = ADA) -> str:
    """Write one down without the admin, received today; return its random id."""
    received = Received(Kind.ACCESS, parse_address(address), CameBy.LETTER, clock.today(), SAYS)
    with app.app_context(), unit_of_work() as session:
        return record_request(session, received).reference


def close_in(app: Flask, reference: str, outcome: Outcome = Outcome.DONE) -> None:
    """Note that it is done, or what else came of it."""
    reason = "" if outcome is Outcome.DONE else "A reason."
    with app.app_context(), unit_of_work() as session:
        close_request(session, reference, outcome, reason)


def only_request(app: Flask, address: str = ADA) -> dict[str, Any]:
    """The row of the one request of this address."""
    [row] = rows_of(app, "data_requests", address=address)
    return row


def steps(app: Flask) -> list[str]:
    """The timeline of all requests, oldest first."""
    return [row["step"] for row in rows_of(app, "request_steps")]


def mails_about(app: Flask, smtp: SmtpServer, words: str) -> list[Mail]:
    """The mails that arrive now and say this."""
    return [mail for mail in deliver(app, smtp) if words in str(mail.content["Subject"])]
