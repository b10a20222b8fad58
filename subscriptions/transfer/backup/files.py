"""Files that appear whole or not at all, readable by their owner alone."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.backup.refusals import BackupRefused

Tell = Callable[[str, int, int], None]  # what is being done, how much of it, of how much
CHUNK = 1024 * 1024


def create(path: Path) -> BinaryIO:
    """A new file with mode 0600; what was there is overwritten."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that replaces ``path`` at the end of the block, once it is on the disk."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with create(draft) as file:
            yield file
        settle(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def settle(draft: Path, path: Path) -> None:
    """Put a finished file in its place, and wait until that is on the disk."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """A folder beside ``target``, removed at the end; what a killed command left there goes first.

    Raises :class:`BackupRefused` if another command works on the same target.
    """
    folder = target.with_name(f".{target.name}.draft")
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in list(folder.rglob("*")):
            if not left.is_dir():
                left.unlink()
        yield folder
    except BlockingIOError:
        raise BackupRefused(_("Another backup to this file is running.")) from None
    finally:
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)
