"""The period of a clause, in one place: its length, how it is written, and the day of its end."""

from datetime import date, datetime, timedelta

from pydantic import TypeAdapter

from subscriptions.privacy.policy import Clause

AT_ONCE = "P0D"
DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def period_of(clause: Clause) -> timedelta:
    """How long the clause keeps what it speaks of, from its trigger on."""
    return clause.keep


def written_period(clause: Clause) -> str:
    """The same as ISO 8601 writes it: ``P7D``, and ``P0D`` for at once."""
    period = period_of(clause)
    return str(DURATION.dump_python(period, mode="json")) if period else AT_ONCE


def end_of_period(clause: Clause, start: datetime) -> date:
    """The day on which the purge removes what began its period at ``start``."""
    return (start + period_of(clause)).date()
