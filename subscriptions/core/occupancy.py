"""Who has the store: any number of services together, or one restore alone.

On SQLite it is a ``flock`` on a file of the data folder, on PostgreSQL an advisory lock of the
database. Either goes with the process that holds it, however that ends.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg

from subscriptions.core.errors import Unavailable

FILE_NAME = "in-use.lock"
ADVISORY_KEY = 0x417373656E74
CONNECT_SECONDS = 5


class Hold(Protocol):
    """The store, held until it is released or lost."""

    def is_alive(self) -> bool:
        """Whether it is still held."""

    def release(self) -> None:
        """Give it up."""


def occupy(database_url: str, data_dir: Path, *, alone: bool) -> Hold | None:
    """Hold the store, ``alone`` or with others; None if somebody else's hold forbids it.

    Raises :class:`Unavailable` if the database can't be asked, OSError if the file can't be made.
    """
    if database_url.startswith("postgresql"):
        try:
            return _occupy_database(database_url, alone=alone)
        except psycopg.Error:
            raise Unavailable from None
    handle = os.open(data_dir / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return _HeldFile(handle)


def _occupy_database(database_url: str, *, alone: bool) -> Hold | None:
    dsn = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    connection = psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
    ask = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    row = connection.execute(f"SELECT {ask}(%s)", [ADVISORY_KEY]).fetchone()
    if row and row[0]:
        return _HeldSession(connection)
    connection.close()
    return None


class _HeldFile:
    def __init__(self, handle: int) -> None:
        self._handle = handle

    def is_alive(self) -> bool:
        return True

    def release(self) -> None:
        os.close(self._handle)


class _HeldSession:
    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._connection = connection

    def is_alive(self) -> bool:
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def release(self) -> None:
        # The server notices the end of a session only after a while.
        with suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()
