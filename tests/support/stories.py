"""A story: people who come and go, and for every row of theirs the moment at which it has to go.

Nothing here knows a table. What is personal is asked of the models, and when it goes of the policy
file, so that a new category or clause is in the story as soon as it exists; and a clause that
nothing in a story brings to life makes it fail.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from subscriptions.core.clock import now
from subscriptions.core.db import Base
from subscriptions.core.periods import Period
from subscriptions.core.personal_data import personal_columns
from subscriptions.privacy.policy import Action, Clause, Policy, Trigger
from subscriptions.privacy.policy.terms import IMPERSONAL, SUBSCRIPTION
from subscriptions.privacy.retention.running import run_retention
from tests.support.applications import run_jobs
from tests.support.time_travel import FrozenClock
from tests.support.visits import reading

Row = tuple[str, tuple[str, ...]]
Event = tuple[Trigger, str]  # what starts a period, and a category that it is about
INSTANT = timedelta(seconds=1)
# These two have no personal column, and a clause even so: the columns that name and date a row.
ANONYMOUS = {"erased_references": ("journal", "erased_at"), "daily_counts": ("counters", "day")}


def kept_after(clause: Clause) -> Period:
    """How long something stays by its clause."""
    return clause.acts_after


def kept_by_hold(clause: Clause) -> Period:
    """How long it stays where its person wants it erased."""
    return clause.hold


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens. ``starts`` are the periods that begin with it."""

    act: Callable[[], Any]
    starts: tuple[Event, ...] = ()
    period: Callable[[Clause], Period] = kept_after


@dataclass
class Story:
    """What was held, and until when; ``stops`` are further moments at which something happens."""

    app: Flask
    clock: FrozenClock
    policy: Policy
    due: dict[Row, datetime | None] = field(default_factory=dict)
    stops: set[datetime] = field(default_factory=set)
    told: set[Event] = field(default_factory=set)

    def play(self, scene: Scene) -> None:
        """Let it happen, and note when each row that came of it has to go."""
        before = self.held()
        scene.act()
        run_jobs(self.app)
        after = self.held()
        assert before <= after, "somebody else was touched"
        self.told.update(scene.starts)
        for row in after - before:
            self.due[row] = self._anonymous(row) or self._limit(row, scene)
        if self.clock.now in self.due.values():
            self._pass(self.clock.now)

    def tell(self) -> None:
        """Go from limit to limit, and look at every table the instant before and the one after."""
        while moments := [limit for limit in (*self.due.values(), *self.stops) if limit]:
            limit = min(moments)
            self._run_at(limit - INSTANT)
            assert self.held() == self.due.keys(), f"before {limit}"
            self._pass(limit)

    def end(self, act: Callable[[], Any]) -> None:
        """Whoever is left leaves; then go on until nothing is left of anybody."""
        act()
        self._run_at(self.clock.now)
        self.due = {row: self._anonymous(row) for row in self.held()}
        self.tell()
        assert self.held() == set()

    def untold(self) -> list[str]:
        """The clauses that nothing in the story has brought to life."""
        told = self.told | {(Trigger.RECORDED, name) for name in IMPERSONAL}
        return [
            clause.id
            for clause in self.policy.clauses
            if not any((clause.trigger, category) in told for category in clause.categories)
        ]

    def held(self) -> set[Row]:
        """Every row with something personal in it, of any table, and those that name nobody."""
        with reading(self.app) as session:
            return {
                (name, tuple(map(repr, row)))
                for name, columns in _watched().items()
                for row in session.execute(select(*columns))
            }

    def _pass(self, moment: datetime) -> None:
        self._run_at(moment)
        self.stops.discard(moment)
        self.due = {row: at for row, at in self.due.items() if at is None or at > moment}
        made = {row: self._anonymous(row) for row in self.held() - self.due.keys()}
        assert all(made.values()), f"still there after {moment}: {made}"
        self.due |= made
        assert self.held() == self.due.keys(), f"after {moment}"

    def _run_at(self, moment: datetime) -> None:
        if moment > self.clock.now:
            self.clock.move_to(moment)
        with self.app.app_context():
            run_retention(now())
        run_jobs(self.app)

    def _limit(self, row: Row, scene: Scene) -> datetime | None:
        """When a row of a person goes: by what has just happened, or by their silence, or never."""
        for trigger, category in scene.starts:
            clause = self.policy.for_category(category, trigger)
            if clause is not None and _categories()[row[0]] == category:
                return scene.period(clause).after(self.clock.now)
        silence = self.policy.for_category(SUBSCRIPTION, Trigger.INACTIVE, Action.ASK_AGAIN)
        if silence is None or silence.answer_within is None:
            return None
        self.told.add((Trigger.INACTIVE, SUBSCRIPTION))
        asked = silence.acts_after.after(self.clock.now)
        self.stops.add(asked)
        return silence.answer_within.after(asked)

    def _anonymous(self, row: Row) -> datetime | None:
        if row[0] not in ANONYMOUS:
            return None
        category, _column = ANONYMOUS[row[0]]
        period = self.policy.need(category, Trigger.RECORDED).acts_after
        if row[0] == "daily_counts":
            return datetime.combine(period.day_after(self.clock.now.date()), time(), UTC)
        return period.after(self.clock.now)


def _watched() -> dict[str, list[Any]]:
    """The columns that tell the rows of each table apart."""
    tables = Base.metadata.tables
    watched: dict[str, list[Any]] = {
        name: [tables[name].c[column]] for name, (_, column) in ANONYMOUS.items()
    }
    watched["erased_references"].append(tables["erased_references"].c["reference"])
    for _category, column in personal_columns(Base.metadata):
        watched.setdefault(column.table.name, []).append(column)
    return watched


def _categories() -> dict[str, str]:
    return {column.table.name: category for category, column in personal_columns(Base.metadata)}
