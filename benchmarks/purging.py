"""The purge of very many expired sign-ups, and sign-ups quiet and beside it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from benchmarks.errors import BenchError
from benchmarks.load import Load, Result, drive, middle
from benchmarks.locks import NAME, watch
from benchmarks.processes import running, wait_until_idle
from benchmarks.requests import WARM_UP
from benchmarks.rounds import DRAIN_SECONDS, WARM_UP_SECONDS
from benchmarks.scale import Scale
from benchmarks.seed import Crowd
from benchmarks.service import REPOSITORY, Service

PURGE_SECONDS = 1_800.0
# By then who was seeded as expired is, and nobody else: the worker's own purge finds nothing, so
# that the quiet rounds are quiet and only the command that is measured erases.
LATER = timedelta(days=5)
# Each subscription that ends leaves its random id there.
GONE = text("SELECT count(*) FROM erased_references")


@dataclass(frozen=True, slots=True)
class Purged:
    """A purge of which `rows` were left for its last, undisturbed run of `seconds`.

    `rate_beside` is in rows per second while people signed up; `held` is the longest that one
    batch kept SQLite's writer lock from others, or was open on PostgreSQL, in seconds.
    """

    store: str
    rows: int
    seconds: float
    rate_beside: float
    held: float
    quiet: Result
    busy: Result

    @property
    def rate(self) -> float:
        """Rows per second, from the start of the command to its end."""
        return self.rows / self.seconds


def measure_purge(service: Service, store: str, scale: Scale) -> Purged:
    """Sets the service up; quiet and busy rounds take turns, then the purge runs to its end."""
    crowd = Crowd(scale.few, 2 * scale.rounds, scale.per_load, scale.expired)
    service.prepare(crowd)
    quiet: list[Result] = []
    busy: list[Result] = []
    beside: list[float] = []
    with service.serving() as pid:
        drive(Load(service.url, service.folder / WARM_UP, 303, WARM_UP_SECONDS))
        for number in range(scale.rounds):
            wait_until_idle(pid, DRAIN_SECONDS)
            quiet.append(_sign_up(service, 2 * number, scale))
            wait_until_idle(pid, DRAIN_SECONDS)
            with _purging(service) as process:
                before = _wait_until_more(service, process)
                busy.append(_sign_up(service, 2 * number + 1, scale))
                beside.append((_gone(service) - before) / busy[-1].seconds)
                if process.poll() is not None:
                    raise BenchError("the purge was over before its round of sign-ups was")
        wait_until_idle(pid, DRAIN_SECONDS)
        rows, seconds, held = _to_the_end(service, scale.expired)
    rate_beside = sorted(beside)[len(beside) // 2]
    return Purged(store, rows, seconds, rate_beside, held, middle(quiet), middle(busy))


def _sign_up(service: Service, number: int, scale: Scale) -> Result:
    requests = service.folder / f"sign-up-{number}.txt"
    return drive(Load(service.url, requests, 303, scale.seconds))


@contextmanager
def _purging(service: Service) -> Iterator[subprocess.Popen[bytes]]:
    """The purge runs; at the end of the block it is ended, and its last batch rolled back."""
    later = (datetime.now(UTC) + LATER).strftime("%Y-%m-%dT%H:%M:%S")
    command = service.command("retention", "run", "--as-of", later)
    env = {**service.env, "PGAPPNAME": NAME}
    with running(command, env, REPOSITORY, service.folder / "purge.log") as process:
        yield process


def _wait_until_more(service: Service, process: subprocess.Popen[bytes]) -> int:
    """Returns how many have gone, once that grows."""
    first = _gone(service)
    deadline = time.monotonic() + 60.0
    while process.poll() is None and time.monotonic() < deadline:
        if (now := _gone(service)) > first:
            return now
        time.sleep(0.1)
    raise BenchError("the purge erased nothing")


def _to_the_end(service: Service, expired: int) -> tuple[int, float, float]:
    """How many rows the rest was, how long that took, and the longest that a batch took."""
    before, began = _gone(service), time.monotonic()
    with watch(service) as seen, _purging(service) as process:
        try:
            process.wait(PURGE_SECONDS)
        except subprocess.TimeoutExpired:
            raise BenchError(f"the purge took over {PURGE_SECONDS:.0f} s") from None
        seconds = time.monotonic() - began
    gone = _gone(service)
    if process.returncode or gone != expired:
        raise BenchError(f"{gone:,} of {expired:,} were purged: {process.returncode}")
    return gone - before, seconds, seen.longest


def _gone(service: Service) -> int:
    engine = create_engine(service.settings.database)
    try:
        with engine.connect() as connection:
            return int(connection.execute(GONE).scalar_one())
    finally:
        engine.dispose()
