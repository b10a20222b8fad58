"""What would go, and when: for everybody, or for one person, under any policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from subscriptions.privacy.policy import Clause, Policy
from subscriptions.privacy.retention.ledger import GRACE
from subscriptions.privacy.retention.step import AT, PERSON, Step
from subscriptions.privacy.retention.steps import steps_of


@dataclass(frozen=True, slots=True)
class Due:
    """What a clause would erase on a day, and how much of that is overdue by then."""

    clause: Clause
    rows: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Fate:
    """When something that is held about a person goes; as things stand now."""

    clause: Clause
    goes_at: datetime


def preview(session: Session, policy: Policy, as_of: datetime) -> Iterator[Due]:
    """What each clause of ``policy`` would erase if it were executed at ``as_of``."""
    for clause in policy.clauses:
        rows = overdue = 0
        for step in steps_of(clause):
            limits = step.limits(clause)
            rows += step.erases * step.count(session, limits.acts_after.before(as_of))
            overdue += step.count(session, limits.over_after.before(as_of - GRACE))
        yield Due(clause, rows, overdue)


def preview_person(session: Session, policy: Policy, subscriber_id: int) -> Iterator[Fate]:
    """What of a person has a day on which it goes, and which; soonest first.

    What stays for as long as somebody is subscribed has none.
    """
    fates = [
        Fate(clause, step.limits(clause).acts_after.after(began))
        for clause in policy.clauses
        for step in steps_of(clause)
        if (began := _began(session, step, subscriber_id)) is not None
    ]
    yield from sorted(fates, key=lambda fate: fate.goes_at)


def _began(session: Session, step: Step, subscriber_id: int) -> datetime | None:
    waits = step.waiting().subquery()
    if isinstance(waits.c[AT].type, Date):  # days of everybody, nobody's in particular
        return None
    first = select(waits.c[AT]).where(waits.c[PERSON] == subscriber_id).order_by(waits.c[AT])
    began: datetime | None = session.connection().scalar(first.limit(1))
    return began
