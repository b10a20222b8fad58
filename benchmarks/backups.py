"""`python -m benchmarks.backups`: how long a backup and a restore take, and how much memory."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from benchmarks import memory
from benchmarks.errors import BenchError
from benchmarks.postgres import postgres
from benchmarks.processes import running
from benchmarks.scratch import say, scratch_folder
from benchmarks.seed import Crowd
from benchmarks.service import REPOSITORY, Service
from benchmarks.sink import Sink

LIMIT = 300.0  # seconds
PEOPLE = 100_000
LEFT = 5_000  # since the backup was made
# As if so many had left: their references are in the journal.
LEAVE = (
    "INSERT INTO erased_references (reference, erased_at) "
    "SELECT reference, CURRENT_TIMESTAMP FROM subscriptions ORDER BY id LIMIT :left"
)


@dataclass(frozen=True, slots=True)
class Took:
    """A command: seconds from its start to its end, and the most bytes it held."""

    name: str
    seconds: float
    peak: int
    size: int


def measure(service: Service, kind: str) -> Iterator[Took]:
    """Backup, journal alone, restore, of a service that is set up here."""
    say(f"{kind}: {PEOPLE:,} people")
    service.prepare(Crowd(PEOPLE, rounds=1, per_load=0))
    backup, journal = service.folder / "assent.tar", service.folder / "journal.tar"
    yield _timed(service, f"{kind}: backup", backup, "backup", str(backup))
    engine = create_engine(service.settings.database)
    with engine.begin() as connection:
        connection.execute(text(LEAVE), {"left": LEFT})
    engine.dispose()
    words = ("backup", "--journal-only", str(journal))
    yield _timed(service, f"{kind}: backup --journal-only", journal, *words)
    yield _timed(service, f"{kind}: restore, {LEFT:,} erased again", backup, "restore", str(backup))


def _timed(service: Service, name: str, file: Path, *words: str) -> Took:
    log, started, peak = service.folder / "command.log", time.monotonic(), 0
    with running(service.command(*words), service.env, REPOSITORY, log) as process:
        while process.poll() is None:
            peak = max(peak, memory.high_water(process.pid))
            if time.monotonic() - started > LIMIT:
                raise BenchError(f"{name} took over {LIMIT:.0f} s")
            time.sleep(0.01)
    if process.returncode:
        raise BenchError(f"{name} failed: {log.read_text()[-2000:]}")
    return Took(name, time.monotonic() - started, peak, file.stat().st_size)


def main() -> None:
    """Measures both databases and prints the table."""
    shown = Table(title=f"{PEOPLE:,} subscribers")
    for heading in ("command", "seconds", "peak MB", "file MB"):
        shown.add_column(heading, justify="left" if heading == "command" else "right")
    with scratch_folder() as folder, postgres(folder) as server:
        nobody = Sink(25, folder / "no.log")
        for kind, url in (("sqlite", ""), ("postgresql", server.database("backups"))):
            for took in measure(Service(folder / kind, nobody, url), kind):
                mega = [f"{number / 1e6:,.1f}" for number in (took.peak, took.size)]
                shown.add_row(took.name, f"{took.seconds:.1f}", *mega)
    Console().print(shown)


if __name__ == "__main__":
    main()
