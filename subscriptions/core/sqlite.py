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
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from structlog import get_logger

from subscriptions.core.flushing import Flusher
from subscriptions.core.log_moving import INDEX_SUFFIX, LOG_MOVER, Log, LogMover

log = get_logger()

WRITER = "assent_writer"
BUSY_SECONDS = 4.0
FIRST_PAUSE = 0.0001  # seconds
LONGEST_PAUSE = 0.001
PRAGMAS = (
    "journal_mode = WAL",
    # FULL would wait for the disk inside COMMIT, where only one writer can be. See _flush.
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    # In pages: a net below log_moving, which comes long before.
    "wal_autocheckpoint = 64000",
    "cache_size = -16384",
)
_LOCK = "assent_writer_lock"
_LOG = "assent_write_ahead_log"
_COMMITTED = "assent_committed"
_FLUSHER = "assent_flusher"
_INDEX = "assent_index_of_the_log"


def configure_sqlite(engine: Engine) -> LogMover:
    """Make every connection of ``engine`` safe to write with; see the module's docstring.

    Returns what has its log moved.
    """
    flusher = Flusher()
    mover = LogMover(lambda: _move_log(engine), lambda: _move_log(engine, alone=True))

    def on_connect(connection: sqlite3.Connection, record: Any) -> None:
        _on_connect(connection, record)
        record.info[_FLUSHER], record.info[LOG_MOVER] = flusher, mover

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "commit", _on_commit)
    event.listen(engine, "checkin", _on_checkin)
    event.listen(engine, "close", _on_close)
    return mover


def engine_options() -> dict[str, Any]:
    """Options for ``create_engine``: we say BEGIN ourselves, the driver must not."""
    return {
        "hide_parameters": True,  # they hold addresses, and an error may be logged
        "connect_args": {"isolation_level": None, "timeout": BUSY_SECONDS},
    }


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


def _move_log(engine: Engine, *, alone: bool = False) -> Log | None:
    """Move what can be moved; return how the log is then, None if somebody else is at it.

    Failing is said in the log and harms nobody: whoever writes next looks again.
    """
    try:
        with engine.connect() as connection:
            record = connection.connection
            if alone:
                _lock(record.info)
            cursor = record.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
            busy, length, moved = cursor.fetchone()
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        log.warning("log_not_moved", reason=type(error).__name__)
        return None
    return None if busy else Log(length, moved)


def _checkpoint(connection: Connection) -> bool:
    record = connection.connection
    cursor = record.cursor()
    # Most of it is moved while others write; what waits for the disk here makes nobody wait.
    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    _lock(record.info)
    # Who holds the writer lock must not wait for readers: every writer would wait with it.
    cursor.execute("PRAGMA busy_timeout = 0")
    busy, _log, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    return not busy


def _on_connect(connection: sqlite3.Connection, record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    lock = f"{_path(connection)}.writer"
    record.info[_LOCK] = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITER, False):
        connection.exec_driver_sql("BEGIN")
        return
    _lock(connection.connection.info)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock(info: Any) -> None:
    # flock can't be given a time-out, and whoever holds it may be stopped: so ask again and again,
    # seldom enough to cost nothing, often enough that no turn is wasted.
    deadline = time.monotonic() + BUSY_SECONDS
    pause = FIRST_PAUSE
    while True:
        try:
            fcntl.flock(info[_LOCK], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise OperationalError("waiting for the writer lock", {}, TimeoutError()) from None
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)
        else:
            return


def _on_commit(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITER, False):
        connection.connection.info[_COMMITTED] = True


def _on_checkin(connection: sqlite3.Connection | None, record: Any) -> None:
    # A connection comes back to its pool after commit and after rollback, whatever happened.
    if _LOCK in record.info:
        fcntl.flock(record.info[_LOCK], fcntl.LOCK_UN)
    if record.info.pop(_COMMITTED, False) and connection is not None:
        _open_log(connection, record.info)
        _flush(record.info)
        record.info[LOG_MOVER].look(record.info[_INDEX])


def _open_log(connection: sqlite3.Connection, info: Any) -> None:
    if _LOG not in info:
        path = _path(connection)
        info[_LOG] = os.open(f"{path}-wal", os.O_RDWR | os.O_CLOEXEC)
        info[_INDEX] = os.open(f"{path}{INDEX_SUFFIX}", os.O_RDONLY | os.O_CLOEXEC)


def _flush(info: Any) -> None:
    """Wait until what was committed is on the disk.

    The commit is in the write-ahead log, whose frames carry checksums: once the log is flushed it
    survives a power cut. Done after the writer lock is given up, so that the next writer works
    while the disk does, and one flush serves all who committed before it.
    """
    info[_FLUSHER].flush(info[_LOG])


def _path(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA database_list").fetchone()[2])


def _on_close(connection: sqlite3.Connection, record: Any) -> None:
    for name in (_LOCK, _LOG, _INDEX):
        handle = record.info.pop(name, None)
        if handle is not None:
            os.close(handle)
