"""Moves SQLite's write-ahead log into the database beside the transactions, not inside them.

Left to itself SQLite does so in whichever COMMIT makes the log long, and everybody waits for that
one. What has been moved is written over once nothing is left to move and nobody reads it; where
people write without a pause it would never come to that, so the last of a log that has become very
long is moved while nobody may write.
"""

import os
import struct
import threading
from collections.abc import Callable

MOVE_FROM = 1_000  # pages that are not in the database yet; 4 MB
TOO_LONG = 16_000  # pages
# The index of the log begins with a header that all connections share (SQLite, "WAL-Index File
# Format"): how many pages the log has, and further on how many of them are in the database.
INDEX_SUFFIX = "-shm"
HEADER = 100  # bytes
LENGTH_AT, MOVED_AT = 16, 96

Move = Callable[[], int]


class LogMover:
    """Has the log of one database moved, by a thread that lasts as long as that takes.

    ``move`` moves what it can while others write, and returns how long the log is, in pages;
    ``move_alone`` keeps them from it.
    """

    def __init__(self, move: Move, move_alone: Move) -> None:
        self._move, self._move_alone = move, move_alone
        self._running = threading.Lock()

    def look(self, index: int) -> None:
        """Have it moved if there is enough to move. ``index`` is the open index of the log."""
        if waiting(index) >= MOVE_FROM and self._running.acquire(blocking=False):
            threading.Thread(target=self._run, name="log-mover", daemon=True).start()

    def _run(self) -> None:
        try:
            if self._move() >= TOO_LONG:
                self._move_alone()
        finally:
            self._running.release()


def waiting(index: int) -> int:
    """How many pages of the log are not in the database yet."""
    header = os.pread(index, HEADER, 0)
    if len(header) < HEADER:
        return 0
    length, moved = (struct.unpack_from("=I", header, at)[0] for at in (LENGTH_AT, MOVED_AT))
    return int(length) - int(moved)
