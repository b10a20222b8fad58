"""Periods of the calendar, checked against every day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.core.periods import Period, may_be_longer

PERIODS = st.builds(
    Period, months=st.integers(0, 40), days=st.one_of(st.just(0), st.integers(0, 800))
)
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2033, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P0D", Period()),
        ("P7D", Period(days=7)),
        ("P2W", Period(days=14)),
        ("P1M", Period(months=1)),
        ("P1Y6M", Period(months=18)),
        ("P1Y2M3W4D", Period(months=14, days=25)),
    ],
)
def test_a_period_is_read_as_iso_8601_writes_it(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize("text", ["", "P", "7D", "P-1D", "-P1D", "PT1H", "P1.5D", "P1D ", "P101Y"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        Period.parse(text)


@given(PERIODS)
def test_what_is_written_reads_the_same(period: Period) -> None:
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    ("start", "text", "end"),
    [
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2028, 1, 31), "P1M", date(2028, 2, 29)),
        (date(2028, 2, 29), "P1Y", date(2029, 2, 28)),
        (date(2026, 11, 30), "P3M", date(2027, 2, 28)),
        (date(2026, 12, 31), "P30D", date(2027, 1, 30)),
    ],
)
def test_a_month_is_a_calendar_month(start: date, text: str, end: date) -> None:
    """MM2, MG5: one calendar month is not thirty days."""
    assert Period.parse(text).day_after(start) == end


@given(PERIODS, MOMENTS, MOMENTS)
def test_before_is_the_exact_inverse_of_after(
    period: Period, start: datetime, moment: datetime
) -> None:
    assert (start <= period.before(moment)) == (period.after(start) <= moment)


@given(PERIODS, MOMENTS)
def test_the_latest_start_is_over_and_the_next_instant_is_not(
    period: Period, moment: datetime
) -> None:
    latest = period.before(moment)
    assert period.after(latest) <= moment
    assert period.after(latest + timedelta(microseconds=1)) > moment


@given(PERIODS, PERIODS, st.dates(date(2023, 1, 1), date(2026, 12, 31)))
def test_what_is_never_longer_is_longer_from_no_day(one: Period, other: Period, day: date) -> None:
    if not may_be_longer(one, other):
        assert one.day_after(day) <= other.day_after(day)


def test_a_month_may_be_longer_than_thirty_days_and_the_other_way_round() -> None:
    assert may_be_longer(Period(months=1), Period(days=30))
    assert may_be_longer(Period(days=30), Period(months=1))
    assert not may_be_longer(Period(days=28), Period(months=1))
