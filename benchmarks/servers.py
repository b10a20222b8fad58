"""Which WSGI server, with how many processes and threads? Candidates, and how each is started.

`python -m benchmarks.servers` compares them under an imitation of a sign-up;
`python -m benchmarks --servers` under the real application.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import memory
from benchmarks.apps import prepare
from benchmarks.load import Load, Request, Result, drive, write_requests
from benchmarks.memory import Memory
from benchmarks.needs import ensure_programs
from benchmarks.people import urlencoded_address
from benchmarks.processes import free_port, run, running, wait_until_listening
from benchmarks.scratch import scratch_folder

REPOSITORY = Path(__file__).parent.parent
SECONDS = 5
WARM_UP_SECONDS = 1
READY = 4_000 * SECONDS


@dataclass(frozen=True, slots=True)
class Server:
    """A server program with a number of processes, and of threads in each."""

    program: str
    processes: int
    threads: int

    def command(self, target: str, port: int) -> list[str]:
        """The command that serves `module:application` on a loopback port."""
        many = (str(self.processes), str(self.threads))
        module = [sys.executable, "-m"]
        if self.program == "granian":
            options = ["--interface", "wsgi", "--workers", many[0], "--blocking-threads", many[1]]
            listen = ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--no-log"]
            return [*module, "granian", *options, *listen, target]
        if self.program == "gunicorn":
            options = ["--worker-class", "gthread", "--workers", many[0], "--threads", many[1]]
            return [*module, "gunicorn", *options, "--bind", f"127.0.0.1:{port}", target]
        return [*module, "waitress", "--threads", many[1], "--listen", f"127.0.0.1:{port}", target]

    def __str__(self) -> str:
        """For a table: the name, processes x threads."""
        return f"{self.program} {self.processes}x{self.threads}"


CANDIDATES = (
    Server("granian", 2, 1),
    Server("granian", 2, 2),
    Server("granian", 2, 4),
    Server("granian", 1, 4),
    Server("granian", 3, 2),
    Server("gunicorn", 2, 2),
    Server("gunicorn", 2, 4),
    Server("gunicorn", 3, 2),
    Server("waitress", 1, 4),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """How one candidate did."""

    server: Server
    result: Result
    memory: Memory


@contextmanager
def serving(
    server: Server, target: str, env: Mapping[str, str], folder: Path
) -> Iterator[tuple[str, int]]:
    """The application behind the server, for the length of the block: its URL and its pid."""
    port, log = free_port(), folder / "server.log"
    paths = os.pathsep.join((str(REPOSITORY), str(folder / "packages")))
    whole = {**env, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    with running(server.command(target, port), whole, REPOSITORY, log) as process:
        wait_until_listening(port, process, log, seconds=30)
        yield f"http://127.0.0.1:{port}", process.pid


def compare(
    target: str, env: Mapping[str, str], loads: Sequence[Path], expected: int, folder: Path
) -> Iterator[Trial]:
    """Serves the application with each candidate in turn; each has a file of requests to itself."""
    fetch_waitress(folder)
    for server, requests in zip(CANDIDATES, loads, strict=True):
        with serving(server, target, env, folder) as (url, pid), memory.Peak(pid) as watch:
            result = drive(Load(url, requests, expected, SECONDS))
        yield Trial(server, result, watch.peak)


def fetch_waitress(folder: Path) -> None:
    """Waitress is only a candidate: it goes into the scratch folder, not the environment."""
    place = ["--target", str(folder / "packages"), "--no-deps"]
    install = [sys.executable, "-m", "pip", "install", "--quiet", *place, "waitress"]
    run(install, os.environ, folder, 120)


def sign_up_files(folder: Path, path: str, rest: str) -> list[Path]:
    """For each candidate a file of sign-ups at `path`; `rest` follows the address in the body."""
    return [
        write_requests(
            folder / f"candidate-{number}.txt",
            (
                Request(path, f"email={urlencoded_address(f'candidate-{number}', each)}{rest}")
                for each in range(READY)
            ),
        )
        for number in range(len(CANDIDATES))
    ]


def table(title: str, trials: Sequence[Trial]) -> Table:
    """The comparison, fastest first."""
    shown = Table(title=title)
    for heading in ("server", "requests/s", "p50 ms", "p99 ms", "p99/p50", "wrong", "PSS MB"):
        shown.add_column(heading, justify="left" if heading == "server" else "right")
    for trial in sorted(trials, key=lambda each: -each.result.rate):
        result = trial.result
        shown.add_row(
            str(trial.server),
            f"{result.rate:,.0f}",
            f"{result.p50:.1f}",
            f"{result.p99:.1f}",
            f"{result.spread:.1f}",
            str(result.unexpected + result.broken),
            f"{trial.memory.pss / 1e6:.0f}",
        )
    return shown


def main() -> None:
    """Compares the candidates under the imitation and prints the table."""
    ensure_programs()
    with scratch_folder() as folder:
        prepare(folder / "imitation.sqlite")
        env = {**os.environ, "BENCH_DATABASE": str(folder / "imitation.sqlite")}
        loads = sign_up_files(folder, "/", "&consent=y")
        trials = list(compare("benchmarks.apps:imitation", env, loads, 303, folder))
    Console().print(table("an imitation of a sign-up on SQLite", trials))


if __name__ == "__main__":
    main()
