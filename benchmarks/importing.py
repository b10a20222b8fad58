"""Import: people who have agreed elsewhere, through the command line, on either database."""

import fcntl
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks import memory
from benchmarks.errors import BenchError
from benchmarks.people import address
from benchmarks.processes import running
from benchmarks.service import REPOSITORY, Service

IMPORT_SECONDS = 900.0
GROUNDS = ("--consented", "double_opt_in", "--evidence", "the list of the bench")
LOOK_EVERY = 0.002  # seconds


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: rows, seconds and CPU seconds of the command, and the most bytes held.

    ``waited`` is the longest that somebody else had to wait for SQLite's writer lock, in seconds.
    """

    store: str
    rows: int
    seconds: float
    cpu: float
    peak: int
    waited: float | None

    @property
    def rate(self) -> float:
        """Rows per second, from the start of the command to its end."""
        return self.rows / self.seconds


class Waiting:
    """Asks for the writer lock again and again, as a sign-up would, and notes the longest wait."""

    def __init__(self, lock: Path) -> None:
        """Nothing was waited for yet."""
        self.longest = 0.0
        self._lock = lock
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        """Starts asking."""
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

    def _ask(self) -> None:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not self._done.wait(LOOK_EVERY):
                began = time.perf_counter()
                fcntl.flock(handle, fcntl.LOCK_EX)
                self.longest = max(self.longest, time.perf_counter() - began)
                fcntl.flock(handle, fcntl.LOCK_UN)
        finally:
            os.close(handle)


def measure_import(service: Service, store: str, rows: int) -> Imported:
    """Imports so many made-up people into a service that is set up; nothing else runs on it."""
    file = service.folder / f"{rows}.csv"
    _write(file, rows)
    database = service.settings.database
    if not service.settings.is_sqlite:
        return _run(service, store, file, rows)
    with Waiting(Path(f"{database.removeprefix('sqlite:///')}.writer")) as waiting:
        imported = _run(service, store, file, rows)
    return Imported(store, rows, imported.seconds, imported.cpu, imported.peak, waiting.longest)


def _write(file: Path, rows: int) -> None:
    with file.open("w", encoding="ascii", newline="") as lines:
        lines.write("email,confirmed_at\r\n")
        for number in range(rows):
            lines.write(f"{address(f'import-{rows}', number)},2025-05-01T10:00:00Z\r\n")


def _run(service: Service, store: str, file: Path, rows: int) -> Imported:
    words = ("import", "subscribers", str(file), "--newsletter", "news", *GROUNDS)
    log, started, peak, cpu = service.folder / "import.log", time.monotonic(), 0, 0.0
    with running(service.command(*words), service.env, REPOSITORY, log) as process:
        while process.poll() is None:
            peak = max(peak, memory.high_water(process.pid))
            cpu = max(cpu, memory.cpu_seconds(process.pid))
            if time.monotonic() - started > IMPORT_SECONDS:
                raise BenchError(f"the import took over {IMPORT_SECONDS:.0f} s")
            time.sleep(0.01)
        seconds = time.monotonic() - started
    if process.returncode or f"taken: {rows}" not in log.read_text():
        raise BenchError(f"the import failed: {log.read_text()[-2000:]}")
    return Imported(store, rows, seconds, cpu, peak, None)
