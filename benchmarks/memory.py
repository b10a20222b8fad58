"""Memory and CPU time of a program and its descendants, from Linux's /proc."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
SAMPLE_SECONDS = 0.5
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Member:
    """One process; `started` (in ticks since boot) tells it from a later one with its pid."""

    pid: int
    parent: int
    started: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes held: `rss` counts shared pages once per process, `pss` once in all."""

    rss: int = 0
    pss: int = 0


def _member(pid: int) -> Member | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    cpu = (int(fields[11]) + int(fields[12])) / TICKS
    return Member(pid, parent=int(fields[1]), started=int(fields[19]), cpu=cpu)


def started_at(pid: int) -> int | None:
    """When the process with this pid started, in ticks since boot; None if there is none."""
    member = _member(pid)
    return member.started if member else None


def family(pid: int) -> list[Member]:
    """The process and all its living descendants."""
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    members = [member for found in pids if (member := _member(found))]
    kin = {pid}
    for member in sorted(members, key=lambda each: each.started):
        if member.parent in kin:
            kin.add(member.pid)
    return [member for member in members if member.pid in kin]


def cpu_seconds(pid: int) -> float:
    """CPU time that the process and its living descendants have used so far."""
    return sum(member.cpu for member in family(pid))


def _kilobytes(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def held(pid: int) -> Memory:
    """The memory that the process and its descendants hold now."""
    rollups = [PROC / str(member.pid) / "smaps_rollup" for member in family(pid)]
    rss = sum(_kilobytes(rollup, "Rss:") for rollup in rollups)
    pss = sum(_kilobytes(rollup, "Pss:") for rollup in rollups)
    return Memory(rss * 1024, pss * 1024)


def high_water(pid: int) -> int:
    """The most bytes this one process has ever held (VmHWM); 0 once it is gone."""
    return _kilobytes(PROC / str(pid) / "status", "VmHWM:") * 1024


class Peak:
    """Samples a family's memory in a thread for the length of a block."""

    def __init__(self, pid: int) -> None:
        """Watches the process with this pid and its descendants."""
        self.peak = Memory()
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Starts sampling."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends sampling; `peak` stays."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            now = held(self._pid)
            self.peak = Memory(max(self.peak.rss, now.rss), max(self.peak.pss, now.pss))
            if self._done.wait(SAMPLE_SECONDS):
                return
