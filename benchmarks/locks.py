"""How long others have to wait: for SQLite's writer lock, or for a transaction of PostgreSQL."""

import fcntl
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from benchmarks.service import Service

LOOK_EVERY = 0.002  # seconds
NAME = "assent-bench"  # what is watched calls itself so on PostgreSQL
OLDEST = (
    "SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float "
    "FROM pg_stat_activity WHERE application_name = %s AND backend_xid IS NOT NULL"
)


class Watch(ABC):
    """Looks again and again in a thread of its own, and keeps the longest time, in seconds."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.longest = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Starts looking."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops; `longest` stays."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        with self._looking() as look:
            while not self._done.wait(LOOK_EVERY):
                self.longest = max(self.longest, look())

    @abstractmethod
    @contextmanager
    def _looking(self) -> Iterator[Callable[[], float]]:
        """Gives what is called for one look."""


class Waiting(Watch):
    """Asks for SQLite's writer lock, as a sign-up would, and notes the longest wait."""

    def __init__(self, database: str) -> None:
        """Takes the database's URL; the lock lies beside its file."""
        super().__init__()
        self._lock = Path(f"{database.removeprefix('sqlite:///')}.writer")

    @contextmanager
    def _looking(self) -> Iterator[Callable[[], float]]:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

        def look() -> float:
            began = time.perf_counter()
            fcntl.flock(handle, fcntl.LOCK_EX)
            waited = time.perf_counter() - began
            fcntl.flock(handle, fcntl.LOCK_UN)
            return waited

        try:
            yield look
        finally:
            os.close(handle)


class Writing(Watch):
    """Asks PostgreSQL for how long a transaction of `NAME` that has written is open already."""

    def __init__(self, database: str) -> None:
        """Takes the database's URL."""
        super().__init__()
        self._url = database.replace("postgresql+psycopg", "postgresql")

    @contextmanager
    def _looking(self) -> Iterator[Callable[[], float]]:
        with psycopg.connect(self._url, autocommit=True) as connection:

            def look() -> float:
                row = connection.execute(OLDEST, (NAME,)).fetchone()
                return float(row[0]) if row else 0.0

            yield look


def watch(service: Service) -> Watch:
    """Watches the database of a service."""
    kind = Waiting if service.settings.is_sqlite else Writing
    return kind(service.settings.database)
