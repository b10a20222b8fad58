"""Announcements, in a few words."""

from typing import Any

from flask import Flask

from subscriptions.core.transactions import unit_of_work
from subscriptions.subscribers.announcing import Kind, announce, announce_waiting
from tests.support.smtp import Received, SmtpServer
from tests.support.visits import deliver, newsletter_id

CHANGE = {"day": "2026-11-24", "what": "Less is kept."}


def announce_in(
    app: Flask,
    about: str = "policy 1",
    newsletters: tuple[str, ...] = (),
    kind: Kind = Kind.POLICY_CHANGE,
    context: dict[str, Any] = CHANGE,
) -> None:
    """Have something announced; nothing of it is promised yet."""
    ids = [newsletter_id(app, slug) for slug in newsletters]
    with app.app_context(), unit_of_work() as session:
        announce(session, kind, about, context, ids)


def promise(app: Flask) -> None:
    """Run the job that promises the mails."""
    with app.app_context():
        announce_waiting()


def announced(app: Flask, smtp: SmtpServer) -> dict[str, Received]:
    """Run the jobs that wait; return the mails by their recipients, each of whom has got one."""
    mails = deliver(app, smtp)
    found = {mail.recipients[0]: mail for mail in mails}
    assert len(found) == len(mails)
    return found
