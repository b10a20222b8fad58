"""The folder in which everything happens, and what is said meanwhile."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

PLACE = "/var/tmp"  # noqa: S108 - it stands on a disk: /tmp is memory on many machines

progress = Console(stderr=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for everything; others may pass through, for PostgreSQL runs as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="assent-bench-", dir=PLACE))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def say(text: str) -> None:
    """Tells on standard error what is being done."""
    progress.print(text, style="dim", highlight=False)
