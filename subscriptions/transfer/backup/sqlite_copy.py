"""SQLite: a consistent copy while services write, and a copy put in its place."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.backup.files import Tell, create, flush_folder
from subscriptions.transfer.backup.refusals import Damaged, StoreInUse

PAGES = 2_000  # of one step
WRITER_SECONDS = 5.0
COMPANIONS = ("-wal", "-shm", "-journal")


def copy_out(source: Path, target: Path, made_at: datetime, tell: Tell) -> None:
    """Copy the database as it is at one moment, and mark the copy as one.

    The read transaction holds that moment still: without it SQLite would begin anew after every
    write of somebody else.
    """
    create(target).close()
    with closing(sqlite3.connect(source, isolation_level=None)) as original:
        original.execute("BEGIN")
        original.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            original.backup(
                copy,
                pages=PAGES,
                progress=lambda _status, left, all_: tell("Copying", all_ - left, all_),
            )
            copy.execute("PRAGMA journal_mode = DELETE")
            moment = made_at.astimezone(UTC).replace(tzinfo=None)
            copy.execute(
                "UPDATE installations SET copied_at = ?",
                [moment.isoformat(sep=" ", timespec="microseconds")],
            )


def draft_of(database: Path) -> Path:
    """Where a copy waits that is about to replace the database."""
    return database.with_name(f"{database.name}.restoring")


def lay_beside(database: Path, content: Iterable[bytes]) -> Path:
    """Write the copy beside the database, and check that SQLite finds it whole and marked."""
    draft = draft_of(database)
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with create(draft) as file:
        for chunk in content:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if not _is_sound(draft):
        draft.unlink()
        raise Damaged
    return draft


def _is_sound(draft: Path) -> bool:
    try:
        with closing(sqlite3.connect(draft)) as copy:
            verdict = copy.execute("PRAGMA quick_check(1)").fetchone()
            marked = copy.execute("SELECT count(copied_at) FROM installations").fetchone()
    except sqlite3.DatabaseError:
        return False
    return bool(verdict == ("ok",) and marked == (1,))


def put_in_place(draft: Path, database: Path) -> None:
    """Replace the database by the draft, at no moment leaving neither or a mixture of both."""
    lock = os.open(f"{database}.writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for_writers(lock)
        if database.exists():
            _empty_log(database)
        # A log that outlived its database would be taken for the new one's.
        for companion in COMPANIONS:
            Path(f"{database}{companion}").unlink(missing_ok=True)
        flush_folder(database.parent)
        draft.replace(database)
        flush_folder(database.parent)
    finally:
        os.close(lock)


def _wait_for_writers(lock: int) -> None:
    deadline = time.monotonic() + WRITER_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreInUse(_("Another command is writing to the store.")) from None
            time.sleep(0.01)
        else:
            return


def _empty_log(database: Path) -> None:
    """Move the log into the database, so that what is replaced is whole until the last moment."""
    try:
        with closing(sqlite3.connect(database)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        return  # it is damaged, which may be why it is replaced
