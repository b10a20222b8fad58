"""Makes the file of an export, a piece at a time, and goes on with what a killed worker has left.

A piece and how far the export is are one transaction, so that a process may be killed at any
moment and nobody is in it twice or not at all. Whoever is read for a piece is locked until it is
committed: an erasure comes before it, or finds it.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.jobs import wake
from subscriptions.core.statements import table_of
from subscriptions.core.transactions import unit_of_work
from subscriptions.subscribers.export_models import (
    Export,
    ExportContent,
    ExportPiece,
    ExportState,
)
from subscriptions.subscribers.filtering import Filter
from subscriptions.transfer.rows import Ranges, forget_pages
from subscriptions.transfer.selection import Selection, select_for_export

WORK = "exports.work"
PIECE = 2_000  # ids of one range; takes some ten milliseconds of the lock
LEASE = timedelta(seconds=30)
Rows = Sequence[Sequence[Any]]
Tell = Callable[[Session, Export], None]


def tell_nobody(_session: Session, _export: Export) -> None:
    """Whoever asked waits for it."""


@dataclass(slots=True)
class Making:
    """An export that is being made, by whoever holds its lease; ``number`` is the next piece's.

    ``tell`` runs in the transaction in which it becomes ready.
    """

    export_id: int
    lease: str
    ranges: Ranges
    number: int
    tell: Tell

    def step(self) -> bool:
        """Make the next piece; False once there is none, or the export is somebody else's."""
        with unit_of_work() as session:
            export = session.get(
                Export, self.export_id, with_for_update=True, populate_existing=True
            )
            if export is None or export.lease != self.lease or export.state != ExportState.MAKING:
                return False
            first = self.ranges.next_id(session.connection(), export.cursor)
            if first is None or first > export.final_id:
                finish(export, ExportState.READY)
                self.tell(session, export)
                return False
            self._read(session, export, first)
            return True

    def _read(self, session: Session, export: Export, first: int) -> None:
        last = min(first + PIECE - 1, export.final_id)
        rows = self.ranges.rows(session.connection(), first, last, lock=True)
        if rows:
            add_piece(session, export, self.number, rows)
            self.number += 1
        forget_pages(session.connection())
        export.cursor, export.leased_until = last, clock.now() + LEASE


def finish(export: Export, state: ExportState) -> None:
    """It is over; this was the last piece."""
    export.state, export.finished_at = state.value, clock.now()
    export.lease = export.leased_until = None


def add_piece(session: Session, export: Export, number: int, rows: Rows) -> None:
    """Note whom the piece names, and what it says of them if the file is kept."""
    bounds = {"first_id": rows[0][0], "last_id": rows[-1][0]}
    members = json.dumps([[row[1], row[2]] for row in rows], separators=(",", ":"))
    piece = ExportPiece(export_id=export.id, number=number, members=members, **bounds)
    session.add(piece)
    session.flush()
    session.expunge(piece)
    export.rows += len(rows)
    if export.kept:
        content = json.dumps([list(row) for row in rows], ensure_ascii=False, separators=(",", ":"))
        values = {
            "piece_id": piece.id,
            "newsletter_id": export.newsletter_id,
            "recorded_at": export.recorded_at,
            "content": content,
            **bounds,
        }
        session.execute(insert(table_of(ExportContent)), values)


def selection_of(session: Session, export: Export) -> Selection:
    """What the export takes; columns that nobody asks for any more are left out."""
    return select_for_export(
        session,
        export.newsletter_id,
        export.status,
        export.topic,
        export.columns,
        Filter.from_json(export.filter),
    )


def making_of(session: Session, export: Export, tell: Tell = tell_nobody) -> Making:
    """Where the holder of its lease goes on."""
    pieces = select(ExportPiece.number).where(ExportPiece.export_id == export.id)
    made = session.scalar(pieces.order_by(ExportPiece.number.desc()).limit(1))
    ranges = Ranges(selection_of(session, export), export.recorded_at.date())
    return Making(export.id, export.lease or "", ranges, 0 if made is None else made + 1, tell)


def make_now(making: Making) -> None:
    """Make the rest of it without pausing; for a file that somebody waits for."""
    while making.step():
        pass


def make_gently(making: Making) -> None:
    """Make the rest of it, and let the others write for as long after each piece."""
    began = time.perf_counter()
    while making.step():
        time.sleep(time.perf_counter() - began)
        began = time.perf_counter()


def take_up(session: Session, export_id: int, tell: Tell) -> Making | None:
    """The export, leased anew; None if it is over or somebody makes it."""
    free = or_(Export.leased_until.is_(None), Export.leased_until <= clock.now())
    export = session.scalar(
        select(Export)
        .where(Export.id == export_id, Export.state == ExportState.MAKING.value, Export.kept, free)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if export is None:
        return None
    export.lease, export.leased_until = new_reference(), clock.now() + LEASE
    return making_of(session, export, tell)


def leave_to_worker(export: Export) -> None:
    """Let the worker make it; once that is committed, :func:`go_to_work` lets it know."""
    export.lease = export.leased_until = None


def go_to_work() -> None:
    """Have the worker look at the exports soon."""
    wake(WORK)


def release_leases(session: Session) -> None:
    """Let go of every export; only for when no worker can be alive."""
    session.execute(update(Export).values(lease=None, leased_until=None))
