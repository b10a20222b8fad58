"""`python -m benchmarks`: measures what is asked for, prints the tables, leaves nothing behind."""

import argparse
import signal
import sys
from types import FrameType
from typing import NoReturn

from benchmarks.bench import PARTS, Bench, compare_servers
from benchmarks.errors import BenchError
from benchmarks.needs import ensure_programs
from benchmarks.scale import FULL, QUICK
from benchmarks.scratch import progress, scratch_folder
from benchmarks.sink import smtp_sink


def main() -> int:
    """Runs the bench; 0 when everything was measured, 1 when something could not be."""
    signal.signal(signal.SIGTERM, _leave)
    options = _options()
    try:
        ensure_programs()
        with scratch_folder() as folder, smtp_sink(folder) as sink:
            if options.servers:
                compare_servers(folder, sink)
            else:
                parts = options.only or list(PARTS)
                Bench(folder, sink, QUICK if options.quick else FULL).run(parts)
    except BenchError as error:
        progress.print(f"bench: {error}", style="red", markup=False)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short loads, few subscribers")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="measure these parts alone")
    parser.add_argument("--servers", action="store_true", help="compare WSGI servers instead")
    return parser.parse_args()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds like Ctrl-C does, so that every process started here is ended."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
