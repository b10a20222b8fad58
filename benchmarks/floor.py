"""What bounds every figure, on the server and settings of production.

The floor is a view that returns a constant. The ceiling is a Flask view that writes the rows of a
sign-up and does nothing else: what a sign-up could do at the most.
"""

import os
from pathlib import Path

from benchmarks.load import Load, Request, Result, drive, write_requests
from benchmarks.requests import WARM_UP
from benchmarks.scale import Scale
from benchmarks.seed import Crowd
from benchmarks.servers import Server, serving
from benchmarks.service import Service

PRODUCTION = Server("granian", 2, 2)
BODY = "email=reader%40example.org&consent=y"


def measure_floor(scratch: Path, scale: Scale) -> Result:
    """Drives the constant with a sign-up's body."""
    folder = scratch / "floor"
    folder.mkdir()
    requests = write_requests(folder / "floor.txt", [Request("/", BODY)] * 2)
    with serving(PRODUCTION, "benchmarks.apps:constant", os.environ, folder) as (url, _):
        return drive(Load(url, requests, 200, scale.seconds, repeat=True))


def measure_ceiling(service: Service, scale: Scale) -> Result:
    """Sets up the service's SQLite store and drives the bare view; nobody delivers the mails."""
    service.prepare(Crowd(scale.few, rounds=1, per_load=scale.per_load))
    env = {**service.env, "BENCH_DATABASE": service.settings.database.removeprefix("sqlite:///")}
    with serving(PRODUCTION, "benchmarks.bare:app", env, service.folder) as (url, _):
        drive(Load(url, service.folder / WARM_UP, 303, 1))
        return drive(Load(url, service.folder / "sign-up-0.txt", 303, scale.seconds))
