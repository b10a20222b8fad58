"""How newsletters do, from anonymous counts: whoever has been erased since is still in them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import LazyString
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.counters import daily_counts, durations, first_day, median
from subscriptions.subscribers.snapshots import FEWEST
from subscriptions.subscribers.states import Event
from subscriptions.subscribers.statistics import growth, latest_figures
from subscriptions.web.admin.breakdowns import Breakdown, breakdowns
from subscriptions.web.admin.charts import Chart, Series
from subscriptions.web.admin.spans import Period, Span, periods_of, place

CAME: Mapping[Event, LazyString] = {
    Event.REQUESTED: _("Signed up"),
    Event.CONFIRMED: _("Confirmed"),
    Event.IMPORTED: _("Taken over from a list"),
}
LEFT: Mapping[Event, LazyString] = {
    Event.UNSUBSCRIBED: _("Unsubscribed or erased at their wish"),
    Event.EXPIRED: _("Never confirmed"),
    Event.LAPSED: _("Silent for long"),
    Event.CLOSED: _("Newsletter closed"),
}
BOUNCED: Mapping[Event, LazyString] = {Event.BOUNCED: _("Refused for good")}
Counts = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Statistics:
    """How some newsletters did in a span.

    ``grown`` is by how many each has more now, if known; ``fewest`` is the smallest number told.
    """

    span: Span
    charts: Sequence[Chart]
    confirmed: float | None
    median: timedelta | None
    grown: Mapping[int, int]
    breakdowns: Sequence[Breakdown]
    counted_at: datetime | None
    fewest: int = FEWEST


def statistics_of(session: Session, newsletters: Sequence[Newsletter], span: Span) -> Statistics:
    """The statistics of these newsletters together."""
    ids = [newsletter.id for newsletter in newsletters]
    first = first_day(session, ids) if span is Span.ALL else None
    periods = periods_of(span, clock.today(), first)
    since = periods[0].first
    counts = _by_period(periods, daily_counts(session, since, ids))
    active = growth(session, since, ids)
    figures = latest_figures(session, ids)
    return Statistics(
        span=span,
        charts=_charts(periods, counts, active),
        confirmed=_confirmed(counts),
        median=median(durations(session, since, ids)),
        grown=dict(_grown(active)),
        breakdowns=breakdowns(newsletters, figures),
        counted_at=max((figure.counted_at for figure in figures), default=None),
    )


def _by_period(periods: Sequence[Period], rows: Sequence[tuple[date, str, int]]) -> Counts:
    found: Counter[tuple[str, int]] = Counter()
    for day, event, number in rows:
        found[event, place(periods, day)] += number
    return {event.value: [found[event.value, n] for n in range(len(periods))] for event in Event}


def _charts(
    periods: Sequence[Period], counts: Counts, active: Mapping[int, Mapping[date, int]]
) -> Sequence[Chart]:
    standing = Series("active", _("Active"), _standing(periods, active))
    return (
        Chart("came", _("Came"), periods, _series(CAME, counts)),
        Chart("left", _("Left"), periods, _series(LEFT, counts), stacked=True),
        Chart("bounced", _("Bounced"), periods, _series(BOUNCED, counts)),
        Chart("active", _("Active subscribers"), periods, [standing], line=True),
    )


def _series(labels: Mapping[Event, LazyString], counts: Counts) -> Sequence[Series]:
    return [
        Series(event.value, label, counts[event.value], rare=event is Event.IMPORTED)
        for event, label in labels.items()
    ]


def _standing(
    periods: Sequence[Period], active: Mapping[int, Mapping[date, int]]
) -> list[int | None]:
    """The active subscriptions of all newsletters at the last count of each period."""
    last: dict[tuple[int, int], int] = {}
    for newsletter_id, days in active.items():
        for day, number in days.items():
            last[place(periods, day), newsletter_id] = number
    sums: Counter[int] = Counter()
    for (period, _newsletter), number in last.items():
        sums[period] += number
    return [sums.get(period) for period in range(len(periods))]


def _confirmed(counts: Counts) -> float | None:
    """The share of sign-ups that were confirmed. Those of before may be among them."""
    requested, confirmed = (sum(counts[e.value]) for e in (Event.REQUESTED, Event.CONFIRMED))
    return min(1.0, confirmed / requested) if requested else None


def _grown(active: Mapping[int, Mapping[date, int]]) -> Iterator[tuple[int, int]]:
    for newsletter_id, days in active.items():
        numbers = list(days.values())
        if len(numbers) > 1:
            yield newsletter_id, numbers[-1] - numbers[0]
