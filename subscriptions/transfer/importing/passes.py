"""One pass over the rows of a file, a batch at a time: the dry run, or the import itself.

What a batch did, how far the pass is and what was left out are one transaction, so that a worker
may be killed at any moment and no row is done twice or lost. Whom the rows name is made out before
the lock is taken, by :mod:`.ahead`.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import Pace, leave_to_others
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.operators.audit import record
from subscriptions.subscribers.import_models import Import, ImportState, Kind
from subscriptions.transfer.importing.ahead import Ahead, Found, Named
from subscriptions.transfer.importing.candidates import Candidate, LeftOut, left_out
from subscriptions.transfer.importing.consented import take_over
from subscriptions.transfer.importing.inviting import invite
from subscriptions.transfer.importing.outcomes import Outcome
from subscriptions.transfer.importing.pieces import (
    PIECE,
    delete_piece,
    forget_header,
    is_unchanged,
    note_left_out,
)
from subscriptions.transfer.importing.plans import Mode
from subscriptions.transfer.importing.standing import known_among, standing_of, suppressed_among
from subscriptions.transfer.importing.tasks import LEASE, Task

TARGET_SECONDS = 0.04  # of a batch
# Rows of the smallest batch, and how long others are left alone with the store after each, as a
# part of the time that it took. On SQLite everybody waits for it, and these take some ten
# milliseconds, half of which a single row takes as well; on PostgreSQL nobody does.
MANNERS = {"sqlite": (500, 0.125), "postgresql": (PIECE, 0.0)}
MINUTE = timedelta(minutes=1)
WORKER = "worker"


class _Changed(Exception):
    """An erasure has reached into the piece since it was read."""


@dataclass(slots=True)
class Pass:
    """A pass in progress. ``cursor`` is the number of the next row, and ``ahead`` begins there."""

    task: Task
    cursor: int
    ahead: Ahead
    pace: Pace = field(init=False)
    _rest_after: float = field(init=False)
    _named: Named | None = None

    def __post_init__(self) -> None:
        smallest, self._rest_after = MANNERS[current_session().get_bind().dialect.name]
        self.pace = Pace(smallest, smallest, TARGET_SECONDS)

    def step(self) -> bool:
        """Do the next batch; False if there is nothing more to do now, for whatever reason."""
        began = time.perf_counter()
        rows = self._next_rows()
        prepared = time.perf_counter() - began
        try:
            with unit_of_work() as session:
                # Neither the wait for the lock counts nor the disk's time after it is given up.
                began = time.perf_counter()
                goes_on = self._write(session, rows)
                held = time.perf_counter() - began
        except _Changed:
            return False  # whoever takes it up next reads it again
        self.pace.follow(held)
        leave_to_others(max(0.0, held * self._rest_after - prepared))
        return goes_on

    def _next_rows(self) -> Found:
        if self._named is None or self.cursor == self._named.end:
            self._named = self.ahead.take()
        if self._named is None:
            return ()
        offset = self.cursor - self._named.first
        return self._named.found[offset : offset + min(self.pace.size, self.task.per_batch)]

    def _write(self, session: Session, rows: Found) -> bool:
        found = self.task.claim(session)
        if found is None or found.cursor != self.cursor:
            return False
        people = [row for row in rows if not isinstance(row, LeftOut)]
        if self._named is None or (people and self._over_the_pace(found, len(people))):
            return self._rest(found)
        against = self._against(session, people)
        wanted = [person for person in people if person.key not in against]
        taken = self._act(session, found, wanted)
        not_taken = [
            *(row for row in rows if isinstance(row, LeftOut)),
            *(left_out(p, against[p.key]) for p in people if p.key in against),
            *self._known(session, wanted, taken),
        ]
        self._note(session, found, len(rows), len(taken), sorted(not_taken))
        return bool(found.state == self.task.state)

    def _against(self, session: Session, people: Sequence[Candidate]) -> dict[str, Outcome]:
        """Why not, by key, for those who must not be taken over."""
        if self._takes_over():  # which leaves those alone whom the newsletter knows
            return suppressed_among(session, self.task.newsletter_id, people)
        running = self.task.state is ImportState.RUNNING
        return standing_of(session, self.task.newsletter_id, people, lock=running)

    def _known(
        self, session: Session, wanted: Sequence[Candidate], taken: Sequence[Candidate]
    ) -> list[LeftOut]:
        """Those who were left alone because the newsletter knew them."""
        numbers = {person.number for person in taken}
        rest = [person for person in wanted if person.number not in numbers]
        known = known_among(session, self.task.newsletter_id, rest)
        # Who has just ended, between two statements, was active.
        return [left_out(person, known.get(person.key, Outcome.ACTIVE)) for person in rest]

    def _takes_over(self) -> bool:
        running = self.task.state is ImportState.RUNNING
        return running and self.task.plan.mode is Mode.CONSENTED

    def _over_the_pace(self, found: Import, people: int) -> bool:
        """Whether so many more invitations would be too many for this minute."""
        if self.task.state is not ImportState.RUNNING or self.task.plan.mode is not Mode.INVITE:
            return False
        if found.window_at is None or clock.now() - found.window_at >= MINUTE:
            found.window_at, found.window = clock.now(), 0
        return found.window + people > self.task.plan.per_minute

    def _rest(self, found: Import) -> bool:
        if self._named is None:
            _end(found, ImportState.EXPIRED)
        found.lease = found.leased_until = None
        return False

    def _act(
        self, session: Session, found: Import, wanted: Sequence[Candidate]
    ) -> Sequence[Candidate]:
        """Do what the plan says, if this is not the dry run; return who was taken over."""
        task = self.task
        if self._takes_over():
            return take_over(session, wanted, task.grounds)
        if task.state is ImportState.CHECKING:
            return wanted
        found.window += len(wanted)
        return invite(session, task.sender, wanted, task.grounds)

    def _note(
        self, session: Session, found: Import, rows: int, taken: int, not_taken: Sequence[LeftOut]
    ) -> None:
        connection = session.connection()
        # Subscribers were locked before, as in an erasure, which comes to the pieces last too.
        if self._named is None or not is_unchanged(connection, self._named.piece):
            raise _Changed
        running = self.task.state is ImportState.RUNNING
        if not_taken:
            kind = Kind.LEFT_OUT if running else Kind.FOUND
            note_left_out(connection, self.task.import_id, kind, self.cursor, not_taken)
        counted = Counter({Outcome.TAKEN.value: taken}) + Counter(
            row.outcome.value for row in not_taken
        )
        found.totals = dict(Counter(found.totals) + counted)
        found.cursor = self.cursor = self.cursor + rows
        found.leased_until = clock.now() + LEASE
        is_last = found.cursor >= self.task.rows
        if running and (is_last or found.cursor == self._named.end):
            delete_piece(connection, self._named.piece)
        if is_last:
            _end(found, ImportState.DONE if running else ImportState.CHECKED)
        if is_last and running:
            forget_header(connection, found.id)
            _note_finished(session, found, self.task.sender.slug)


def _note_finished(session: Session, found: Import, newsletter: str) -> None:
    totals: dict[str, Any] = dict(found.totals)
    thing = f"import {found.reference}"
    record(session, WORKER, "import.finished", thing, newsletter=newsletter, **totals)


def _end(found: Import, state: ImportState) -> None:
    found.state = state.value
    found.finished_at = clock.now()
    found.lease = found.leased_until = None
