"""Import: people who have agreed elsewhere, through the command line, on either database."""

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import memory
from benchmarks.errors import BenchError
from benchmarks.locks import Waiting
from benchmarks.people import address
from benchmarks.processes import running
from benchmarks.service import REPOSITORY, Service

IMPORT_SECONDS = 900.0
GROUNDS = ("--consented", "double_opt_in", "--evidence", "the list of the bench")


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


def measure_import(service: Service, store: str, rows: int) -> Imported:
    """Imports so many made-up people into a service that is set up; nothing else runs on it."""
    file = service.folder / f"{rows}.csv"
    _write(file, rows)
    if not service.settings.is_sqlite:
        return _run(service, store, file, rows)
    with Waiting(service.settings.database) as waiting:
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
