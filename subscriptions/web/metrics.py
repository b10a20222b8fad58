"""What Prometheus is told. Totals only: nobody and no newsletter is named."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from subscriptions.core import clock
from subscriptions.core.transactions import current_session
from subscriptions.mail.models import OutboxMessage
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.retention.ledger import overdue_clauses, records
from subscriptions.subscribers.models import DailyCount


class StoreCollector(Collector):
    """Reads the figures from the store at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """The metrics, in the Prometheus client's form."""
        yield _events()
        yield from _outbox()
        yield from _clauses()


def _events() -> Metric:
    family = CounterMetricFamily(
        "assent_subscription_events", "What happened to subscriptions", labels=["event"]
    )
    rows = current_session().execute(
        select(DailyCount.event, func.sum(DailyCount.count)).group_by(DailyCount.event)
    )
    for event, total in rows:
        family.add_metric([event], float(total))
    return family


def _outbox() -> Iterator[Metric]:
    waiting, oldest = (
        current_session()
        .execute(
            select(func.count(), func.min(OutboxMessage.created_at)).where(
                OutboxMessage.dead_at.is_(None)
            )
        )
        .one()
    )
    dead = current_session().scalar(
        select(func.count()).where(OutboxMessage.dead_at.is_not(None)).select_from(OutboxMessage)
    )
    age = (clock.now() - oldest).total_seconds() if oldest else 0.0
    yield GaugeMetricFamily("assent_mail_waiting", "Mails that wait to be sent", value=waiting)
    yield GaugeMetricFamily("assent_mail_oldest_seconds", "Age of the oldest of them", value=age)
    yield GaugeMetricFamily("assent_dead_letters", "Mails that were given up", value=dead or 0)


def _clauses() -> Iterator[Metric]:
    """Which clauses are not kept, and when each last ran: a job that stands still shows too."""
    late = set(overdue_clauses(current_session(), current_policy(), clock.now()))
    known = records(current_session())
    overdue = GaugeMetricFamily(
        "assent_clause_overdue", "1 where data is held past its time", labels=["clause"]
    )
    ran = GaugeMetricFamily(
        "assent_clause_ran_timestamp_seconds", "When a clause last ran", labels=["clause"]
    )
    for clause in current_policy().clauses:
        overdue.add_metric([clause.id], float(clause.id in late))
        if clause.id in known:
            ran.add_metric([clause.id], known[clause.id].ran_at.timestamp())
    yield overdue
    yield ran
