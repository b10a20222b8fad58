"""Incidents, in a few words."""

from typing import Any

from flask import Flask

from subscriptions.core import clock
from tests.support.operators import Desk
from tests.support.visits import rows_of

LEAK = "A file with addresses lay open"
PEOPLE = "Dear readers,\n\na file with your address lay open for a day."
BANNER = "On 2 March a file with addresses lay open. Everybody concerned is told by mail."


def record(app: Flask, desk: Desk, **changes: Any) -> str:
    """Have an owner record an incident that was noticed just now; return the path of its page."""
    facts = {
        "title": LEAK,
        "noticed_at": f"{clock.now():%Y-%m-%dT%H:%M}",
        "happened_at": "2026-03-01T08:00",
        "what": "An export was put where everybody could read it.",
        "categories": ["address", "profile"],
        "consequences": "You may get unwanted mail.",
        "measures": "The file is gone. Beware of mails that ask for passwords.",
    }
    answer = desk.send("/admin/incidents/new", **(facts | changes))
    assert answer.status_code == 302, answer.text
    return f"/admin/incidents/{rows_of(app, 'incidents')[-1]['id']}"


def log_of(app: Flask) -> list[tuple[str, str]]:
    """Who did what, over all incidents."""
    return [(row["actor"], row["what"]) for row in rows_of(app, "incident_entries")]
