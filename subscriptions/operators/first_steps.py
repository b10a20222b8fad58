"""The guided first run: which of its steps were done or skipped, and when.

It leads an owner until each step has an outcome. Installations that had operators before there was
a guide have all of them skipped, by the migration.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from subscriptions.core import clock
from subscriptions.core.db import Base, UtcDateTime
from subscriptions.core.statements import Prepared, table_of, upsert
from subscriptions.core.transactions import Unit


class Step(StrEnum):
    """A step, in the order in which they are taken; also its name in a URL."""

    ORGANISATION = "organisation"
    SENDER = "sender"
    POLICY = "policy"
    NEWSLETTER = "newsletter"
    FORM = "form"
    TEST_MAIL = "test-mail"


class FirstStep(Base):
    """A step with an outcome; one that has none yet has no row."""

    __tablename__ = "first_steps"

    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    skipped: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outcome(NamedTuple):
    """What became of a step, and when."""

    skipped: bool
    at: datetime


STEPS = table_of(FirstStep)
READ = Prepared(select(STEPS.c.step, STEPS.c.skipped, STEPS.c.at))
DONE = upsert(
    FirstStep,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["step"],
        set_={"skipped": insert.excluded.skipped, "at": insert.excluded.at},
    ),
)
SKIP = upsert(FirstStep, lambda insert: insert.on_conflict_do_nothing(index_elements=["step"]))


def outcomes(session: Session) -> Mapping[Step, Outcome]:
    """The steps that have an outcome."""
    rows = READ.all(session.connection(), {})
    return {Step(step): Outcome(skipped, at) for step, skipped, at in rows}


def next_step(settled: Iterable[Step], after: Step | None = None) -> Step | None:
    """The first step without an outcome, of those that follow ``after`` if there is one."""
    open_ones = [step for step in Step if step not in set(settled)]
    later = [
        step for step in open_ones if after and list(Step).index(step) > list(Step).index(after)
    ]
    return next(iter([*later, *open_ones]), None)


def step_done(unit: Unit, step: Step, at: datetime | None = None) -> None:
    """Note that a step was taken; again, if it is taken again."""
    DONE.run(unit.connection(), {"step": step, "skipped": False, "at": at or clock.now()})


def skip_steps(unit: Unit, steps: Iterable[Step]) -> None:
    """Note that these were skipped; one that was taken stays so."""
    now = clock.now()
    for step in steps:
        SKIP.run(unit.connection(), {"step": step, "skipped": True, "at": now})
