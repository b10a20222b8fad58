"""Calendar periods as ISO 8601 writes them: years, months, weeks and days.

A month is a calendar month: one month after 31 January is the last day of February. That is what
people mean by a month, and what GDPR Article 12(3) counts in.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

WRITTEN = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
LONGEST_YEARS = 100
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time of whole months and days; text such as ``P7D``, ``P1M`` or ``P1Y6M``."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period that ``text`` writes, or ValueError: up to a hundred years, never negative."""
        match = WRITTEN.fullmatch(text)
        if match is None or text == "P":
            raise ValueError("a period is written like P7D, P2W, P3M or P1Y6M, and not below P0D")
        years, months, weeks, days = (int(number or 0) for number in match.groups())
        period = cls(12 * years + months, 7 * weeks + days)
        if period.months / 12 + period.days / 365 > LONGEST_YEARS:
            raise ValueError(f"a period is at most P{LONGEST_YEARS}Y")
        return period

    def after(self, moment: datetime) -> datetime:
        """The moment at which a period that began at ``moment`` is over."""
        return datetime.combine(self.day_after(moment.date()), moment.timetz())

    def day_after(self, day: date) -> date:
        """The same for a day: months first, cut to the month's last day, then the days."""
        year, month = divmod(12 * day.year + day.month - 1 + self.months, 12)
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)

    def before(self, moment: datetime) -> datetime:
        """The latest start whose period is over at ``moment``: the inverse of :meth:`after`.

        ``start <= period.before(moment)`` holds exactly where ``period.after(start) <= moment``.
        """
        day = self._latest_day(moment.date())
        if self.day_after(day) == moment.date():
            return datetime.combine(day, moment.timetz())
        midnight = datetime.combine(day + timedelta(days=1), time(), moment.tzinfo)
        return midnight - INSTANT

    def _latest_day(self, day: date) -> date:
        # Several days can end at a month's last day: the search begins before all of them.
        start = day - timedelta(days=self.days)
        year, month = divmod(12 * start.year + start.month - 1 - self.months, 12)
        first = date(year, month + 1, 1)
        known = max(first - timedelta(days=4), date.min)
        while self.day_after(known + timedelta(days=1)) <= day:
            known += timedelta(days=1)
        return known

    def __add__(self, other: "Period") -> "Period":
        """Both, the months of both before the days of both."""
        return Period(self.months + other.months, self.days + other.days)

    def __bool__(self) -> bool:
        return bool(self.months or self.days)

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        parts = ((years, "Y"), (months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0D")

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """Read from text and written as text, wherever a model has a field of this type."""
        return core_schema.no_info_after_validator_function(
            cls.parse,
            core_schema.str_schema(max_length=40),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )


@cache
def may_be_longer(one: Period, other: Period) -> bool:
    """Whether ``one`` lasts longer than ``other`` from some start in the calendar."""
    months, days = one.months - other.months, one.days - other.days
    if months * days >= 0:  # nothing that depends on how long the months are
        return months > 0 or days > 0
    return any(one.day_after(start) > other.day_after(start) for start in SAMPLE_STARTS)


# Every day of four years: all month lengths and both kinds of year.
SAMPLE_STARTS = tuple(date(2023, 1, 1) + timedelta(days=number) for number in range(1461))
