"""Rounds of load on the real service: sign-up, confirm, one-click unsubscribe with erasure.

Few and many subscribers take turns, so that a noisy moment of the machine hits both alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import memory
from benchmarks.load import Load, Result, drive, middle
from benchmarks.memory import Memory
from benchmarks.processes import wait_until_idle
from benchmarks.requests import WARM_UP
from benchmarks.scale import Scale
from benchmarks.seed import Crowd
from benchmarks.service import Service
from benchmarks.sink import Sink

# Sign-up comes last: it leaves mail to deliver, which would slow what follows.
OPERATIONS = {"confirm": 200, "unsubscribe": 200, "sign-up": 303}
WARM_UP_SECONDS = 1
DRAIN_SECONDS = 60.0

MakeService = Callable[[str], Service]


@dataclass(slots=True)
class Figures:
    """What the service did at one size: the rounds of each operation, and the peak memory."""

    rounds: dict[str, list[Result]] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    def result(self, operation: str) -> Result:
        """The middle round."""
        return middle(self.rounds[operation])


@dataclass(slots=True)
class Compared:
    """The service with few and with many subscribers."""

    few: Figures
    many: Figures


class Rounds:
    """Drives installations on one kind of database."""

    def __init__(self, make: MakeService, scale: Scale, say: Callable[[str], None]) -> None:
        """`make` gives a new installation of the given name."""
        self._make, self._scale, self._say = make, scale, say
        self.large: Service | None = None

    def measure(self) -> Compared:
        """All rounds. Each round with few subscribers has a fresh installation."""
        scale, compared = self._scale, Compared(Figures(), Figures())
        self.large = self._make("many")
        self.large.prepare(Crowd(scale.many, scale.rounds, scale.per_load))
        for number in range(scale.rounds):
            small = self._make(f"few-{number}")
            small.prepare(Crowd(scale.few, 1, scale.per_load))
            self._say(f"round {number + 1} of {scale.rounds}, {scale.few:,} subscribers")
            self._round(small, 0, compared.few)
            self._say(f"round {number + 1} of {scale.rounds}, {scale.many:,} subscribers")
            self._round(self.large, number, compared.many)
        return compared

    def _round(self, service: Service, number: int, figures: Figures) -> None:
        """The operations one after another, begun when the mail of before has gone."""
        with service.serving() as pid, memory.Peak(pid) as watch:
            self._drive(service, service.folder / WARM_UP, 303, WARM_UP_SECONDS)
            wait_until_idle(pid, DRAIN_SECONDS)
            for name, expected in OPERATIONS.items():
                requests = service.folder / f"{name}-{number}.txt"
                result = self._drive(service, requests, expected, self._scale.seconds)
                figures.rounds.setdefault(name, []).append(result)
        now, peak = figures.memory, watch.peak
        figures.memory = Memory(max(now.rss, peak.rss), max(now.pss, peak.pss))

    def _drive(self, service: Service, requests: Path, expected: int, seconds: int) -> Result:
        return drive(Load(service.url, requests, expected, seconds))


def maker(scratch: Path, sink: Sink, prefix: str, database: Callable[[str], str]) -> MakeService:
    """Makes installations in the scratch folder; `database` gives the URL for a name, or ''."""

    def make(name: str) -> Service:
        return Service(scratch / f"{prefix}-{name}", sink, database(name))

    return make
