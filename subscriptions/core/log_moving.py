"""Moves SQLite's write-ahead log into the database beside the transactions, not inside them.

Left to itself SQLite does so in whichever COMMIT makes the log long, and everybody waits for that
one. What has been moved is written over once nothing is left to move and nobody reads it; where
people write without a pause it would never come to that, so the last of a log that has become very
long is moved while nobody may write. Who writes in bulk waits in between until the log is moved.
"""

import os
import struct
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

MOVE_FROM = 1_000  # pages that are not in the database yet; 4 MB
LONG = 8_000  # so much must not wait while somebody writes in bulk
TOO_LONG = 16_000  # pages of the log altogether
ROUNDS = 50
PAUSE = 0.02  # seconds; another process may be moving it
PATIENCE = 2.0  # seconds
LOG_MOVER = "assent_log_mover"
# The index of the log begins with a header that all connections share (SQLite, "WAL-Index File
# Format"): how many pages the log has, and further on how many of them are in the database.
INDEX_SUFFIX = "-shm"
HEADER = 100  # bytes
LENGTH_AT, MOVED_AT = 16, 96


class Log(NamedTuple):
    """A write-ahead log: how many pages it has, and how many of them are in the database."""

    length: int
    moved: int

    @property
    def waiting(self) -> int:
        """How many pages are in the log only."""
        return self.length - self.moved


Move = Callable[[], Log | None]


class LogMover:
    """Has the log of one database moved, by a thread that lasts as long as that takes.

    ``move`` moves what it can while others write, and says how the log is then, None if it could
    not look; ``move_alone`` keeps the others from writing.
    """

    def __init__(self, move: Move, move_alone: Callable[[], object]) -> None:
        self._move, self._move_alone = move, move_alone
        self._running = threading.Lock()
        self._waiting = 0

    def look(self, index: int) -> None:
        """Have it moved if there is enough to move. ``index`` is the open index of the log."""
        self._waiting = read_log(index).waiting
        if self._waiting >= MOVE_FROM and self._running.acquire(blocking=False):
            threading.Thread(target=self._run, name="log-mover", daemon=True).start()

    def catch_up(self) -> None:
        """Wait until a log that is long has been moved; for who writes in bulk."""
        if self._waiting >= LONG and self._running.acquire(timeout=PATIENCE):
            self._running.release()

    def _run(self) -> None:
        try:
            for _ in range(ROUNDS):
                log = self._move()
                if log is not None and log.waiting < MOVE_FROM:
                    if log.length >= TOO_LONG:
                        self._move_alone()
                    return
                time.sleep(PAUSE)
        finally:
            self._running.release()


def read_log(index: int) -> Log:
    """The log as its open index has it."""
    header = os.pread(index, HEADER, 0)
    if len(header) < HEADER:
        return Log(0, 0)
    return Log(*(struct.unpack_from("=I", header, at)[0] for at in (LENGTH_AT, MOVED_AT)))
