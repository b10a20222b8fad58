"""Where the files of the tests are: in memory, where there is room.

Each test makes a database and waits for it to reach the disk, which took half of the time. What is
proven is the same: a killed process leaves its files behind in memory as it does on a disk, and
power is not cut in a test. ``TMPDIR`` puts them elsewhere.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30  # bytes, with PostgreSQL and its programs once for each process


def pytest_configure() -> None:
    """Let temporary files be made in memory from now on, by each of the processes that test."""
    if "TMPDIR" not in os.environ and _is_fit(MEMORY):
        tempfile.tempdir = str(MEMORY)


def pytest_report_header() -> str:
    """Say where they are."""
    return f"files of the tests: {tempfile.gettempdir()}"


def _is_fit(place: Path) -> bool:
    """Whether there is room, and what is put there may be executed, as PostgreSQL is."""
    if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(place).free > ROOM
