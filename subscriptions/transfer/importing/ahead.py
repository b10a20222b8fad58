"""Makes out whom the next rows of a file name while the store is busy with those before."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Self

from subscriptions.core.transactions import reading
from subscriptions.transfer.importing.candidates import Candidate, LeftOut, left_out
from subscriptions.transfer.importing.outcomes import Outcome
from subscriptions.transfer.importing.pieces import PIECE, Piece, read_piece
from subscriptions.transfer.importing.seen import Seen
from subscriptions.transfer.importing.tasks import Task

Found = Sequence[Candidate | LeftOut]


@dataclass(frozen=True, slots=True)
class Named:
    """A piece, and whom its rows name, each once, from row ``first`` of the file on."""

    piece: Piece
    first: int
    found: Found

    @property
    def end(self) -> int:
        """The number of the row after its last."""
        return self.first + len(self.found)


class Ahead:
    """Reads a file from a row on, a piece ahead of who asks, in a thread of its own.

    Only what the store does by itself takes place at the same time, but that is most of the work.
    """

    def __init__(self, task: Task, cursor: int) -> None:
        """``cursor`` is the number of the first row that is asked for."""
        self._task = task
        self._seen = Seen(task.rows)
        self._thread = ThreadPoolExecutor(1, "import-ahead")
        self._cursor = cursor
        self._next = self._begin()

    def __enter__(self) -> Self:
        """It reads already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Ends the thread."""
        self._thread.shutdown(cancel_futures=True)

    def take(self) -> Named | None:
        """The next piece; None if it has gone. Begins to read the one after it."""
        named = self._next.result()
        if named is not None:
            self._cursor = named.end
            self._next = self._begin()
        return named

    def _begin(self) -> "Future[Named | None]":
        # With the context of who asks, which says what the application is.
        return self._thread.submit(copy_context().run, self._read, self._cursor)

    def _read(self, cursor: int) -> Named | None:
        number, offset = divmod(cursor, PIECE)
        with reading() as connection:
            piece = read_piece(connection, self._task.import_id, number)
        if piece is None:
            return None
        rows = enumerate(piece.rows[offset:], cursor)
        return Named(piece, cursor, [self._judge(number, cells) for number, cells in rows])

    def _judge(self, number: int, cells: list[str] | None) -> Candidate | LeftOut:
        found = self._task.read(number, cells)
        if isinstance(found, LeftOut) or not self._seen.before(found.key):
            return found
        return left_out(found, Outcome.TWICE)
