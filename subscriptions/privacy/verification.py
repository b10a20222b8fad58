"""Proof of an erasure: searches everything that is held for a mail address.

Every file of the data folder is read byte by byte: database, write-ahead log, job queue, local
mailbox, whatever else lies there; so is a SQLite database elsewhere. Then every table is read as
text, because SQLite splits a long value over pages that need not be neighbours, and because
PostgreSQL's files are not ours to read. Nothing is changed. What was compressed or hashed can't be
found.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine, Row, Select, inspect, literal_column, select, table

from subscriptions.core.addresses import Address
from subscriptions.privacy.scanning import Finding, Scan
from subscriptions.privacy.traces import traces_of

CHUNK = 4 * 1024 * 1024
ROWS = 1_000
SQLITE_COMPANIONS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Place:
    """A file or table that was searched: how many bytes it had, and what was found.

    A finding's offset in a table means nothing. ``unreadable`` says why it could not be searched.
    """

    name: str
    is_table: bool
    size: int = 0
    findings: tuple[Finding, ...] = ()
    unreadable: str | None = None


def search_everything(address: Address, data_dir: Path, engine: Engine) -> Iterator[Place]:
    """Search each place in turn for ``address``, in all forms of :mod:`.traces`."""
    for path in _files(data_dir, engine):
        place = _search_file(address, path, data_dir)
        if place is not None:
            yield place
    with engine.connect() as connection:
        for schema, name in _tables(connection):
            scan = Scan(traces_of(address.display))
            scan.read(READERS[connection.dialect.name](connection, schema, name))
            yield Place(name, True, scan.size, tuple(sorted(scan.findings)))


def _files(data_dir: Path, engine: Engine) -> Iterator[Path]:
    database = engine.url.database or ""
    elsewhere = [Path(database + end) for end in SQLITE_COMPANIONS]
    if engine.dialect.name == "sqlite" and not elsewhere[0].is_relative_to(data_dir):
        yield from (path for path in elsewhere if path.exists())
    for folder, _folders, names in os.walk(data_dir):
        yield from (Path(folder, name) for name in sorted(names))


def _search_file(address: Address, path: Path, data_dir: Path) -> Place | None:
    """The file as a place; None if it went away meanwhile or is no file to read from."""
    shown = str(path.relative_to(data_dir) if path.is_relative_to(data_dir) else path)
    scan = Scan(traces_of(address.display))
    try:
        if not path.is_file():
            return None
        with path.open("rb", buffering=0) as file:
            scan.read(iter(lambda: file.read(CHUNK), b""))
    except FileNotFoundError:
        return None
    except OSError as error:
        return Place(shown, False, unreadable=error.strerror or type(error).__name__)
    return Place(shown, False, scan.size, tuple(sorted(scan.findings)))


def _tables(connection: Connection) -> Iterator[tuple[str | None, str]]:
    """Every table there is, the job queue's on PostgreSQL too, as schema and name."""
    inspector = inspect(connection)
    if connection.dialect.name == "sqlite":
        yield from ((None, name) for name in inspector.get_table_names())
        return
    for schema in inspector.get_schema_names():
        if schema != "information_schema" and not schema.startswith("pg_"):
            yield from ((schema, name) for name in inspector.get_table_names(schema))


def _rows_of_sqlite(connection: Connection, schema: str | None, name: str) -> Iterator[bytes]:
    every: Select[Any] = select(literal_column("*")).select_from(table(name))
    result = connection.execution_options(yield_per=ROWS).execute(every)
    for rows in result.partitions():
        yield b"".join(map(_as_bytes, rows))


def _as_bytes(row: Row[Any]) -> bytes:
    cells = (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
    return b"\t".join(cells) + b"\n"


def _rows_of_postgresql(connection: Connection, schema: str | None, name: str) -> Iterator[bytes]:
    # A table of many millions takes longer than a page may.
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    every = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema or "public", name))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(every) as copy:
        yield from map(bytes, copy)


READERS = {"sqlite": _rows_of_sqlite, "postgresql": _rows_of_postgresql}
