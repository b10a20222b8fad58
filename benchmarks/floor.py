"""The floor: a view that returns a constant, on the server and settings of production."""

import os
from pathlib import Path

from benchmarks.load import Load, Request, Result, drive, write_requests
from benchmarks.scale import Scale
from benchmarks.servers import Server, serving

PRODUCTION = Server("granian", 2, 2)
BODY = "email=reader%40example.org&consent=y"


def measure_floor(scratch: Path, scale: Scale) -> Result:
    """Drives the constant with a sign-up's body."""
    folder = scratch / "floor"
    folder.mkdir()
    requests = write_requests(folder / "floor.txt", [Request("/", BODY)] * 2)
    with serving(PRODUCTION, "benchmarks.apps:constant", os.environ, folder) as (url, _):
        return drive(Load(url, requests, 200, scale.seconds, repeat=True))
