"""What SQLite needs to be a dependable store: pragmas, one writer at a time, no leftovers.

Writers queue at a file lock (``flock``) instead of colliding at SQLite's own lock, whose waiters
sleep and retry and so are served in no order. Each connection opens the lock file itself: flock
then keeps threads apart as well as processes, serves them in turn, and the kernel frees it when
its holder is killed.
"""

import fcntl
import os
import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

WRITER = "assent_writer"
BUSY_SECONDS = 4.0
PRAGMAS = (
    "journal_mode = WAL",
    # NORMAL would survive a killed process as well, but not a power cut: an unsubscribe that was
    # answered must not come undone. docs/adr has what it costs.
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "cache_size = -65536",
)
_LOCK = "assent_writer_lock"


def configure_sqlite(engine: Engine) -> None:
    """Make every connection of ``engine`` safe to write with; see the module's docstring."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "checkin", _on_checkin)
    event.listen(engine, "close", _on_close)


def engine_options() -> dict[str, Any]:
    """Options for ``create_engine``: we say BEGIN ourselves, the driver must not."""
    return {"connect_args": {"isolation_level": None, "timeout": BUSY_SECONDS}}


def truncate_log(engine: Engine, patience: float = 5.0) -> bool:
    """Move the write-ahead log into the database and empty its file.

    Deleted rows live on in the log until this is done. Returns whether it was: a reader that
    holds an old snapshot can keep it from being.
    """
    deadline = time.monotonic() + patience
    while True:
        with suppress(OperationalError), engine.connect() as connection:
            if _checkpoint(connection):
                return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def _checkpoint(connection: Connection) -> bool:
    record = connection.connection
    _lock(record.info)
    cursor = record.cursor()
    # Who holds the writer lock must not wait for readers: every writer would wait with it.
    cursor.execute("PRAGMA busy_timeout = 0")
    busy, _log, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    return not busy


def _on_connect(connection: sqlite3.Connection, record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info[_LOCK] = os.open(f"{path}.writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITER, False):
        connection.exec_driver_sql("BEGIN")
        return
    _lock(connection.connection.info)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock(info: Any) -> None:
    began = time.monotonic()
    fcntl.flock(info[_LOCK], fcntl.LOCK_EX)
    if time.monotonic() - began > BUSY_SECONDS:
        # Whoever was ahead spent our patience too; each waiter gives up after its own.
        fcntl.flock(info[_LOCK], fcntl.LOCK_UN)
        raise OperationalError("waiting for the writer lock", {}, TimeoutError())


def _on_checkin(connection: sqlite3.Connection | None, record: Any) -> None:
    # A connection comes back to its pool after commit and after rollback, whatever happened.
    if _LOCK in record.info:
        fcntl.flock(record.info[_LOCK], fcntl.LOCK_UN)


def _on_close(connection: sqlite3.Connection, record: Any) -> None:
    handle = record.info.pop(_LOCK, None)
    if handle is not None:
        os.close(handle)
