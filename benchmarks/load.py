"""Drives one URL with wrk and reads its figures."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low

from benchmarks.errors import BenchError
from benchmarks.needs import program

CONNECTIONS = 16
THREADS = 2
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of a load. The body is urlencoded and holds no tab and no newline."""

    path: str
    body: str = ""
    method: str = "POST"

    def line(self) -> str:
        """The request as load.lua reads it."""
        return f"{self.method}\t{self.path}\t{self.body}\n"


@dataclass(frozen=True, slots=True)
class Load:
    """Requests for one server: sent for `seconds`, each at most once unless `repeat`."""

    url: str
    requests: Path
    expected: int
    seconds: int
    headers: tuple[str, ...] = ()
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What wrk saw: times in milliseconds, `broken` counts lost connections and timeouts."""

    requests: int
    seconds: float
    p50: float
    p99: float
    longest: float
    unexpected: int
    last_unexpected: int
    broken: int

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return self.requests / self.seconds

    @property
    def spread(self) -> float:
        """p99 as a multiple of p50."""
        return self.p99 / self.p50 if self.p50 else 0.0


def write_requests(path: Path, requests: Iterable[Request]) -> Path:
    """Writes a load's requests for load.lua and returns the path."""
    with path.open("w", encoding="ascii") as file:
        file.writelines(request.line() for request in requests)
    return path


def drive(load: Load) -> Result:
    """Runs wrk for the load's seconds. Raises `BenchError` if wrk fails or runs out of requests."""
    found = subprocess.run(
        _command(load), capture_output=True, text=True, timeout=load.seconds + 60, check=False
    )
    figures = [line for line in found.stdout.splitlines() if line.startswith("RESULT ")]
    if found.returncode or not figures:
        raise BenchError(f"wrk failed on {load.url}: {found.stderr or found.stdout}")
    read = json.loads(figures[0].removeprefix("RESULT "))
    if read["reused"] and not load.repeat:
        raise BenchError(f"{load.requests.name} had too few requests for {load.seconds} seconds")
    return _result(read)


def _command(load: Load) -> list[str]:
    options = [f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{load.seconds}s", "--timeout", "30s"]
    headers = ("Content-Type: application/x-www-form-urlencoded", *load.headers)
    for header in headers:
        options += ["-H", header]
    arguments = [str(load.requests), str(THREADS), str(load.expected)]
    return [program("wrk"), *options, "-s", str(SCRIPT), load.url, "--", *arguments]


def _result(read: dict[str, int]) -> Result:
    return Result(
        requests=read["requests"],
        seconds=read["microseconds"] / 1e6,
        p50=read["p50"] / 1e3,
        p99=read["p99"] / 1e3,
        longest=read["longest"] / 1e3,
        unexpected=read["unexpected"],
        last_unexpected=read["last_unexpected"],
        broken=read["broken"],
    )


def middle(rounds: Sequence[Result]) -> Result:
    """The round with the median rate, carrying the unexpected and broken answers of all."""
    rate = median_low(result.rate for result in rounds)
    chosen = next(result for result in rounds if result.rate == rate)
    return Result(
        requests=chosen.requests,
        seconds=chosen.seconds,
        p50=chosen.p50,
        p99=chosen.p99,
        longest=chosen.longest,
        unexpected=sum(result.unexpected for result in rounds),
        last_unexpected=max(result.last_unexpected for result in rounds),
        broken=sum(result.broken for result in rounds),
    )
