"""The overview: how the newsletters are doing, and what needs attention."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from subscriptions.core import clock
from subscriptions.core.transactions import current_session
from subscriptions.mail.outbox import count_waiting
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.retention.ledger import overdue_clauses
from subscriptions.subscribers.counters import daily_counts
from subscriptions.subscribers.listing import count_by_status
from subscriptions.subscribers.states import Event
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.dead_letters import visible_letters
from subscriptions.web.admin.newsletters import visible_newsletters

DAYS = 14
BEGINNINGS = {Event.REQUESTED.value: "pending", Event.CONFIRMED.value: "active"}
ENDED = "ended"
SERIES = ("pending", "active", ENDED)


@blueprint.get("/")
@access(Rule.SIGNED_IN)
def dashboard() -> ResponseReturnValue:
    """Counts per newsletter and by day, of the newsletters that this operator may see."""
    session = current_session()
    newsletters = visible_newsletters()
    ids = [newsletter.id for newsletter in newsletters]
    since = clock.today() - timedelta(days=DAYS - 1)
    days = by_day(since, daily_counts(session, since, ids))
    return render_template(
        "admin/dashboard.html",
        newsletters=newsletters,
        totals=count_by_status(session, ids),
        days=days,
        highest=max([1, *(max(day[name] for name in SERIES) for day in days)]),
        waiting=count_waiting(session),
        dead=len(visible_letters()),
        overdue=[current_policy().by_id(name).title for name in _late()],
    )


def by_day(since: date, counts: list[tuple[date, str, int]]) -> list[dict[str, Any]]:
    """One entry per day: how many became pending, became active, and ended."""
    found: Counter[tuple[date, str]] = Counter()
    for day, event, number in counts:
        found[day, BEGINNINGS.get(event, ENDED)] += number
    days = (since + timedelta(days=offset) for offset in range(DAYS))
    return [{"day": day} | {name: found[day, name] for name in SERIES} for day in days]


def _late() -> Sequence[str]:
    return overdue_clauses(current_session(), current_policy(), clock.now())
