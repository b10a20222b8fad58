"""The pages of the admin with many subscribers, years of counts and a long audit trail."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import create_engine, insert, select

from benchmarks.desk import Desk
from benchmarks.errors import BenchError
from benchmarks.processes import run
from benchmarks.service import REPOSITORY, SETUP_SECONDS, Service
from subscriptions import create_app
from subscriptions.core import clock
from subscriptions.newsletters.models import Newsletter
from subscriptions.operators.models import AuditEntry
from subscriptions.subscribers.models import DailyCount, Snapshot
from subscriptions.subscribers.snapshots import take_snapshot

TIMES = 20
DAYS = 900
ENTRIES = 100_000
HAPPENED = {"requested": (0,), "confirmed": range(1, 21), "unsubscribed": (0,)}
COUNTS = [
    {"event": event, "took": took, "shard": 0, "count": 3}
    for event, steps in HAPPENED.items()
    for took in steps
]
ACTIVE = {"kind": "status", "name": "active", "number": 1}
EDITED = {"action": "newsletter.edited", "object": "newsletter news"}
OPERATOR, PASSWORD = "operator@example.org", "correct horse battery staple"
LINK = re.compile(r"http://\S+/admin/setup/\S+")
LIST = "/admin/newsletters/news/subscribers"
GETS = {
    "overview": "/admin/",
    "overview, everything": "/admin/?span=all",
    "newsletters": "/admin/newsletters",
    "newsletter": "/admin/newsletters/news",
    "subscribers": LIST,
    "subscribers, page in the middle": f"{LIST}?before={{middle}}",
    "subscribers, active with a topic": f"{LIST}?status=active&topic={{topic}}",
    "subscribers, a filter that nobody fits": f"{LIST}?language=en&paused=yes",
    "changes in bulk": "/admin/newsletters/news/bulk",
    "export": "/admin/newsletters/news/export",
    "export, by a filter": "/admin/newsletters/news/export?language=en&topic={topic}",
    "audit trail": "/admin/audit",
}
SEARCHES = {"subscribers, search, many fit": "a", "subscribers, search, nobody fits": "zz"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page: milliseconds of the middle request and of the slowest but one."""

    who: str
    name: str
    middle: float
    slow: float


def measure_admin(service: Service, who: str, subscribers: int) -> list[Page]:
    """Every page, one request after another; the service is filled already."""
    _remember(service)
    made = run(
        service.command("operator", "create", OPERATOR, "--role", "owner"),
        service.env,
        REPOSITORY,
        SETUP_SECONDS,
    )
    link = LINK.search(made)
    if link is None:
        raise BenchError(f"no link for the operator in: {made}")
    with service.serving():
        desk = Desk(service.url)
        desk.sign_up(link[0], OPERATOR, PASSWORD)
        values = {"middle": str(subscribers // 2), "topic": "events"}
        return list(_pages(desk, who, values))


def _pages(desk: Desk, who: str, values: Mapping[str, str]) -> Iterator[Page]:
    for name, path in GETS.items():
        yield _page(who, name, [desk.timed(path.format(**values)) for _ in range(TIMES)])
    desk.get(LIST)
    for name, text in SEARCHES.items():
        data = {"text": text, "status": "", "topic": ""}
        yield _page(who, name, [desk.timed(LIST, data) for _ in range(TIMES)])


def _page(who: str, name: str, times: list[float]) -> Page:
    in_order = sorted(times)
    return Page(who, name, in_order[len(times) // 2], in_order[-2])


def _remember(service: Service) -> None:
    """The days gone by, and today's snapshot by the service's own job."""
    engine = create_engine(service.settings.database)
    with engine.begin() as connection:
        newsletter = connection.scalars(select(Newsletter.id)).first()
        for ago in range(1, DAYS):
            day = {"day": clock.today() - timedelta(days=ago), "newsletter_id": newsletter}
            connection.execute(insert(DailyCount), [{**day, **each} for each in COUNTS])
            connection.execute(insert(Snapshot), {**day, **ACTIVE, "counted_at": clock.now()})
        entry = {"at": clock.now(), "actor": OPERATOR, "details": {}, **EDITED}
        connection.execute(insert(AuditEntry), [entry] * ENTRIES)
    engine.dispose()
    with create_app(service.settings).app_context():
        take_snapshot()
