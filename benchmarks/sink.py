"""smtp-sink of postfix: takes every mail and keeps none."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.needs import program
from benchmarks.processes import free_port, running, wait_until_listening

BACKLOG = "1000"


@dataclass(frozen=True, slots=True)
class Sink:
    """A running smtp-sink on the loopback."""

    port: int
    log: Path

    def received(self) -> int:
        """How many messages it has taken so far, from its running counters."""
        counts = re.findall(rb"mesg=\s*(\d+)", self.log.read_bytes()[-200:])
        return int(counts[-1]) if counts else 0


@contextmanager
def smtp_sink(scratch: Path) -> Iterator[Sink]:
    """A mail server for the length of the block. Started as root it gives up its rights."""
    port, log = free_port(), scratch / "smtp-sink.log"
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program("smtp-sink"), "-c", "-m", "256", *user, f"127.0.0.1:{port}", BACKLOG]
    with running(command, os.environ, scratch, log) as process:
        wait_until_listening(port, process, log)
        yield Sink(port, log)
