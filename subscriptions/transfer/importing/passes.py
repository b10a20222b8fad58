"""One pass over the rows of a file, a batch at a time: the dry run, or the import itself.

What a batch did, how far the pass is and what was left out are one transaction, so that a worker
may be killed at any moment and no row is done twice or lost. Whatever can be done before the lock
is taken is done then, which is when the others write.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import mask
from subscriptions.core.batches import Pace, leave_to_others
from subscriptions.core.transactions import reading, unit_of_work
from subscriptions.operators.audit import record
from subscriptions.subscribers.import_models import Import, ImportState, Kind
from subscriptions.transfer.importing.candidates import Candidate, LeftOut
from subscriptions.transfer.importing.consented import take_over
from subscriptions.transfer.importing.inviting import invite
from subscriptions.transfer.importing.outcomes import Outcome
from subscriptions.transfer.importing.pieces import (
    PIECE,
    Piece,
    delete_piece,
    forget_header,
    is_unchanged,
    note_left_out,
    read_piece,
)
from subscriptions.transfer.importing.plans import Mode
from subscriptions.transfer.importing.seen import Seen
from subscriptions.transfer.importing.standing import standing_of
from subscriptions.transfer.importing.tasks import LEASE, Task

TARGET_SECONDS = 0.04  # of the lock
SMALLEST = 500  # rows; takes some ten milliseconds, half of which a single row takes as well
MINUTE = timedelta(minutes=1)
WORKER = "worker"


class _Changed(Exception):
    """An erasure has reached into the piece since it was read."""


@dataclass(slots=True)
class Pass:
    """A pass in progress. ``cursor`` is the number of the next row."""

    task: Task
    cursor: int
    pace: Pace = field(default_factory=lambda: Pace(SMALLEST, SMALLEST, TARGET_SECONDS))
    seen: Seen = field(init=False)
    _piece: Piece | None = None
    _number: int = -1

    def __post_init__(self) -> None:
        self.seen = Seen(self.task.rows)

    def step(self) -> bool:
        """Do the next batch; False if there is nothing more to do now, for whatever reason."""
        began = time.perf_counter()
        rows = self._next_rows()
        people, left_out = self._read(rows)
        prepared = time.perf_counter() - began
        try:
            with unit_of_work() as session:
                # Neither the wait for the lock counts nor the disk's time after it is given up.
                began = time.perf_counter()
                goes_on = self._write(session, len(rows), people, left_out)
                held = time.perf_counter() - began
        except _Changed:
            return False  # whoever takes it up next reads it again
        self.pace.follow(held)
        leave_to_others(max(0.0, held / 4 - prepared))
        return goes_on

    def _next_rows(self) -> Sequence[list[str] | None]:
        number, offset = divmod(self.cursor, PIECE)
        if number != self._number:
            with reading() as connection:
                self._piece = read_piece(connection, self.task.import_id, number)
            self._number = number
        if self._piece is None:
            return ()
        size = min(self.pace.size, self.task.per_batch)
        return self._piece.rows[offset : offset + size]

    def _read(self, rows: Sequence[list[str] | None]) -> tuple[list[Candidate], list[LeftOut]]:
        """Whom the rows name, each once, and which of the rows name nobody."""
        people: list[Candidate] = []
        left_out: list[LeftOut] = []
        for number, cells in enumerate(rows, self.cursor):
            found = self.task.read(number, cells)
            if isinstance(found, LeftOut):
                left_out.append(found)
            elif self.seen.before(found.key):
                left_out.append(_left_out(found, Outcome.TWICE))
            else:
                people.append(found)
        return people, left_out

    def _write(
        self, session: Session, rows: int, people: Sequence[Candidate], left_out: list[LeftOut]
    ) -> bool:
        found = self.task.claim(session)
        if found is None or found.cursor != self.cursor:
            return False
        if self._piece is None or (people and self._over_the_pace(found, len(people))):
            return self._rest(found)
        running = self.task.state is ImportState.RUNNING
        against = standing_of(session, self.task.newsletter_id, people, lock=running)
        left_out += [_left_out(p, against[p.key]) for p in people if p.key in against]
        wanted = [person for person in people if person.key not in against]
        taken = self._act(session, found, wanted)
        gone = {person.number for person in wanted} - {person.number for person in taken}
        left_out += [_left_out(p, Outcome.ACTIVE) for p in wanted if p.number in gone]
        self._note(session, found, rows, len(taken), left_out)
        return bool(found.state == self.task.state)

    def _over_the_pace(self, found: Import, people: int) -> bool:
        """Whether so many more invitations would be too many for this minute."""
        if self.task.state is not ImportState.RUNNING or self.task.plan.mode is not Mode.INVITE:
            return False
        if found.window_at is None or clock.now() - found.window_at >= MINUTE:
            found.window_at, found.window = clock.now(), 0
        return found.window + people > self.task.plan.per_minute

    def _rest(self, found: Import) -> bool:
        if self._piece is None:
            _end(found, ImportState.EXPIRED)
        found.lease = found.leased_until = None
        return False

    def _act(
        self, session: Session, found: Import, wanted: Sequence[Candidate]
    ) -> Sequence[Candidate]:
        """Do what the plan says, if this is not the dry run; return who was taken over."""
        task = self.task
        if task.state is ImportState.CHECKING:
            return wanted
        if task.plan.mode is Mode.INVITE:
            found.window += len(wanted)
            return invite(session, task.sender, wanted, task.grounds)
        return take_over(session, wanted, task.grounds)

    def _note(
        self, session: Session, found: Import, rows: int, taken: int, left_out: list[LeftOut]
    ) -> None:
        connection = session.connection()
        # Subscribers were locked before, as in an erasure, which comes to the pieces last too.
        if self._piece is None or not is_unchanged(connection, self._piece):
            raise _Changed
        running = self.task.state is ImportState.RUNNING
        if left_out:
            left_out.sort()
            kind = Kind.LEFT_OUT if running else Kind.FOUND
            note_left_out(connection, self.task.import_id, kind, self.cursor, left_out)
        counted = Counter({Outcome.TAKEN.value: taken}) + Counter(
            row.outcome.value for row in left_out
        )
        found.totals = dict(Counter(found.totals) + counted)
        found.cursor = self.cursor = self.cursor + rows
        found.leased_until = clock.now() + LEASE
        is_last = found.cursor >= self.task.rows
        if running and (is_last or found.cursor % PIECE == 0):
            delete_piece(connection, self._piece)
        if is_last:
            _end(found, ImportState.DONE if running else ImportState.CHECKED)
        if is_last and running:
            forget_header(connection, found.id)
            _note_finished(session, found, self.task.sender.slug)


def _left_out(person: Candidate, outcome: Outcome) -> LeftOut:
    return LeftOut(person.number, outcome, mask(person.address))


def _note_finished(session: Session, found: Import, newsletter: str) -> None:
    totals: dict[str, Any] = dict(found.totals)
    thing = f"import {found.reference}"
    record(session, WORKER, "import.finished", thing, newsletter=newsletter, **totals)


def _end(found: Import, state: ImportState) -> None:
    found.state = state.value
    found.finished_at = clock.now()
    found.lease = found.leased_until = None
