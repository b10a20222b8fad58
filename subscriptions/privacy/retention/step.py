"""One step of a clause: what waits for it, and what lets it go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, func, literal, select
from sqlalchemy.orm import Session

from subscriptions.core.periods import Period
from subscriptions.privacy.policy import Clause

AT, PERSON = "at", "subscriber_id"


class Limits(NamedTuple):
    """How long after its trigger a step acts, and after which time nothing may be left."""

    acts_after: Period
    over_after: Period


def limits_of(clause: Clause) -> Limits:
    """Those that the clause itself says."""
    return Limits(clause.acts_after, clause.over_after)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of what a clause does.

    ``waiting`` selects everything whose period runs, as ``at``, when it began, and
    ``subscriber_id``, whose it is (None where that is nobody's). ``act`` lets go of up to so many
    that began by a moment and returns how many; it runs in a transaction of its own. A step that
    only asks does not erase.
    """

    waiting: Callable[[], Select[Any]]
    act: Callable[[Session, datetime, int], int]
    limits: Callable[[Clause], Limits] = limits_of
    erases: bool = True

    def count(self, session: Session, before: datetime, at_most: int | None = None) -> int:
        """How much began by ``before`` and is still there; not counted beyond ``at_most``."""
        waits = self.waiting().subquery()
        moment = before.date() if isinstance(waits.c[AT].type, Date) else before
        due = select(literal(1)).select_from(waits).where(waits.c[AT] <= moment).limit(at_most)
        counted = select(func.count()).select_from(due.subquery())
        return int(session.connection().execute(counted).scalar_one())
