"""The spans of time that charts show, cut into periods."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from subscriptions.core.words import lazy_gettext as _


class Span(StrEnum):
    """How far back a chart goes; also its name in a URL."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"

    @classmethod
    def named(cls, name: str) -> "Span":
        """The span of a URL; the shortest if it names none."""
        return cls(name) if name in list(cls) else cls.MONTH


LABELS = {
    Span.MONTH: _("30 days"),
    Span.QUARTER: _("90 days"),
    Span.YEAR: _("A year"),
    Span.ALL: _("Everything"),
}
DAYS = {Span.MONTH: 30, Span.QUARTER: 90}
WEEKS = 53


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week or a month: its first and its last day, and how Babel is to write it."""

    first: date
    last: date
    format: str


def periods_of(span: Span, today: date, first: date | None) -> list[Period]:
    """The periods of a span, oldest first, today in the last. ``first`` is when counting began."""
    if span in DAYS:
        days = (today - timedelta(days=ago) for ago in reversed(range(DAYS[span])))
        return [Period(day, day, "d MMM") for day in days]
    if span is Span.YEAR:
        monday = today - timedelta(days=today.weekday())
        begun = (monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS)))
        return [Period(day, day + timedelta(days=6), "d MMM y") for day in begun]
    return list(_months((first or today).replace(day=1), today))


def _months(month: date, today: date) -> Iterator[Period]:
    while month <= today:
        following = (month + timedelta(days=31)).replace(day=1)
        yield Period(month, following - timedelta(days=1), "MMM y")
        month = following


def place(periods: Sequence[Period], day: date) -> int:
    """The number of the period that a day belongs to."""
    return bisect_right([period.first for period in periods], day) - 1
