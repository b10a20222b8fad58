"""The real service in a scratch folder: set up, filled, served with its worker, exported."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks import memory
from benchmarks.errors import BenchError
from benchmarks.processes import free_port, run, running, wait_until_answering
from benchmarks.seed import Crowd, seed
from benchmarks.sink import Sink
from subscriptions.config import Settings, load_settings

REPOSITORY = Path(__file__).parent.parent
EXPORT_SECONDS = 300.0
SETUP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Exported:
    """An export through the command line: rows without the header, and the most bytes held."""

    rows: int
    seconds: float
    peak: int

    @property
    def rate(self) -> float:
        """Rows per second, from the start of the command to its end."""
        return self.rows / self.seconds


class Service:
    """One installation of Assent. An empty `database_url` means SQLite in its data folder."""

    def __init__(self, folder: Path, sink: Sink, database_url: str = "") -> None:
        """Makes the folder; nothing runs yet."""
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "service.log"
        self._options = {
            "ASSENT_DATA_DIR": str(folder / "data"),
            "ASSENT_DATABASE_URL": database_url,
            "ASSENT_HOST": "127.0.0.1",
            "ASSENT_PORT": str(self.port),
            "ASSENT_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
            "ASSENT_SIGNUP_LIMIT": "off",
        }

    @property
    def env(self) -> dict[str, str]:
        """This environment, with no other setting of Assent than the bench's own."""
        plain = {name: each for name, each in os.environ.items() if not name.startswith("ASSENT_")}
        return {**plain, **self._options, "PYTHONDONTWRITEBYTECODE": "1"}

    @cached_property
    def settings(self) -> Settings:
        """The settings as the service will read them."""
        return load_settings(self.env)

    def prepare(self, crowd: Crowd) -> None:
        """Data folder, keys, tables and the sample newsletter by `flask setup`; then the crowd."""
        run(self.command("setup"), self.env, REPOSITORY, SETUP_SECONDS)
        seed(self.settings, crowd, self.folder)

    def command(self, *words: str) -> list[str]:
        """A command of the service's command line."""
        return [str(Path(sys.executable).with_name("flask")), "--app", "app", *words]

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Web processes and worker, for the length of the block; gives the pid above them all."""
        with running(self.command("serve"), self.env, REPOSITORY, self._log) as process:
            wait_until_answering(f"{self.url}/readyz", process, self._log)
            yield process.pid

    @contextmanager
    def working(self) -> Iterator[int]:
        """The worker alone."""
        with running(self.command("worker"), self.env, REPOSITORY, self._log) as process:
            yield process.pid

    def export(self) -> Exported:
        """Exports the newsletter's subscribers as CSV through the command line."""
        target = self.folder / "export.csv"
        words = ("export", "subscribers", "--newsletter", "news", "--output", str(target))
        started, peak = time.monotonic(), 0
        with running(self.command(*words), self.env, REPOSITORY, self._log) as process:
            while process.poll() is None:
                peak = max(peak, memory.high_water(process.pid))
                if time.monotonic() - started > EXPORT_SECONDS:
                    raise BenchError(f"the export took over {EXPORT_SECONDS:.0f} s")
                time.sleep(0.01)
            seconds = time.monotonic() - started
        if process.returncode:
            raise BenchError(f"the export failed: {self._log.read_text()[-2000:]}")
        return Exported(count_rows(target), seconds, peak)


def count_rows(file: Path) -> int:
    """Lines of a CSV file less its header. No made-up cell holds a newline."""
    with file.open("rb") as lines:
        return sum(1 for _ in lines) - 1
