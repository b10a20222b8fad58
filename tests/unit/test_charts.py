"""Charts: what stands where, and which day belongs to which period."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.counters import duration, median
from subscriptions.web.admin.charts import Chart, Series, round_up
from subscriptions.web.admin.spans import Span, periods_of, place

TODAY = date(2026, 3, 1)
ONE, TWO = (Series(name, _("Name"), values) for name, values in (("one", (4, 0)), ("two", (2, 3))))
PERIODS = periods_of(Span.MONTH, TODAY, None)[:2]


def _chart(*series: Series, stacked: bool = False, line: bool = False) -> Chart:
    return Chart("chart", _("Chart"), PERIODS, series, stacked=stacked, line=line)


def test_bars_stand_side_by_side_or_on_top_of_each_other() -> None:
    beside = [bar[:5] for bar in _chart(ONE, TWO).bars()]
    assert beside == [
        ("one", 1, 0, 4, 100),
        ("two", 5, 50, 4, 50),
        ("two", 15, 25, 4, 75),
    ]
    on_top = [bar[:5] for bar in _chart(ONE, TWO, stacked=True).bars()]
    assert on_top == [
        ("one", 1, 33.33, 8, 66.67),
        ("two", 1, 0, 8, 33.33),
        ("two", 11, 50, 8, 50),
    ]


def test_what_is_rare_and_large_is_cut_so_that_the_rest_can_be_seen() -> None:
    rare = Series("rare", _("Name"), (0, 2_400), rare=True)
    chart = _chart(ONE, rare)
    assert chart.top == 4
    assert [(bar.series, bar.height, bar.cut) for bar in chart.bars()] == [
        ("one", 100, False),
        ("rare", 100, True),
    ]
    assert [bar.cut for bar in _chart(rare).bars()] == [False]


def test_a_line_leaves_out_what_nothing_is_known_of() -> None:
    assert _chart(ONE, line=True).points() == [(5, 0), (15, 100)]
    alone = _chart(Series("one", _("Name"), (None, 7)), line=True)
    assert (len(alone.points()), alone.is_empty) == (1, True)


@pytest.mark.parametrize(
    ("number", "above"),
    [(1, 1), (7, 8), (9, 10), (10, 10), (11, 20), (101, 200), (81_000, 100_000)],
)
def test_the_scale_ends_at_a_round_number(number: int, above: int) -> None:
    assert round_up(number) == above


@pytest.mark.parametrize("span", list(Span))
def test_each_day_of_a_span_is_in_one_period_and_today_in_the_last(span: Span) -> None:
    periods = periods_of(span, TODAY, date(2024, 2, 29))
    for earlier, later in pairwise(periods):
        assert later.first - earlier.last == timedelta(days=1)
    assert periods[-1].first <= TODAY <= periods[-1].last
    assert place(periods, periods[3].last) == 3
    if span is Span.ALL:
        assert periods[0].first == date(2024, 2, 1)


def test_before_anything_is_counted_everything_is_this_month() -> None:
    assert [period.first for period in periods_of(Span.ALL, TODAY, None)] == [TODAY]


def test_the_median_is_right_to_within_a_step() -> None:
    minutes = [1, 2, 2, 3, 5, 8, 60, 600, 9_000]
    steps: dict[int, int] = {}
    for each in minutes:
        step = duration(timedelta(minutes=each))
        steps[step] = steps.get(step, 0) + 1
    found = median(steps)
    assert found is not None
    assert timedelta(minutes=2.5) <= found <= timedelta(minutes=10)
    assert median({}) is None


def test_a_duration_is_never_nothing() -> None:
    assert [duration(timedelta(seconds=s)) for s in (-1, 0, 1, 2, 3, 604_800)] == [
        1,
        1,
        1,
        2,
        2,
        20,
    ]
