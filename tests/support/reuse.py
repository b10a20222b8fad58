"""A PostgreSQL database that is emptied after a test and used again.

To make one from the template and to remove it takes ten times as long. What a test left behind is
deleted, what the migrations put there is put there again, and the sequences begin anew. A database
whose tables were changed is not used again.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import LiteralString

import psycopg
from psycopg import sql

# Whatever makes, changes or drops a table writes there. Copies of a template have the same numbers.
SHAPE = """
SELECT string_agg(concat_ws(' ', number, newest), ', ') FROM (
    SELECT count(*) AS number, max(xmin::text::bigint) AS newest FROM pg_class
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_attribute
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_constraint
) AS seen
"""
NAMES = """
SELECT relname FROM pg_class
WHERE relkind = %s AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
Connection = psycopg.Connection[tuple[object, ...]]
# Deleted rows stay in the files, where they are in the way.
ROWS = 5_000


@dataclass(frozen=True)
class Pristine:
    """What a database is like before a test: its shape, and the rows of the migrations."""

    shape: str
    tables: tuple[str, ...]
    sequences: dict[str, tuple[object, ...]]
    rows: dict[str, bytes]

    @classmethod
    def of(cls, url: str) -> "Pristine":
        """That of the database at ``url``."""
        with psycopg.connect(url) as connection:
            tables = _names(connection, "r")
            sequences = {name: _position(connection, name) for name in _names(connection, "S")}
            rows = {table: _copied(connection, table) for table in tables}
            filled = {table: content for table, content in rows.items() if content}
            return cls(_shape(connection), tables, sequences, filled)

    @cached_property
    def deletion(self) -> sql.Composed:
        """The statements that delete every row."""
        delete = sql.SQL("DELETE FROM {}")
        return sql.SQL(";").join(delete.format(sql.Identifier(name)) for name in self.tables)

    @cached_property
    def restart(self) -> sql.Composed:
        """The statement after which every sequence is where the migrations left it."""
        one = sql.SQL("setval({}, {}, {})")
        each = (one.format(f'"{name}"', *place) for name, place in self.sequences.items())
        return sql.SQL("SELECT ") + sql.SQL(", ").join(each)


class Reusable:
    """A database for one test after the other."""

    def __init__(self, name: str, url: str, pristine: Pristine) -> None:
        self.name, self.url, self._pristine = name, url, pristine
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")  # no foreign keys
        self._deleted = 0

    def clear(self) -> bool:
        """Make it as it was; False if it must not be used again."""
        self._connection.execute(OTHERS)
        if _shape(self._connection) != self._pristine.shape:
            return False
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(self._pristine.deletion)
            self._deleted += cursor.rowcount
            while cursor.nextset():
                self._deleted += cursor.rowcount
            cursor.execute(self._pristine.restart)
            for table, content in self._pristine.rows.items():
                with cursor.copy(_copy("COPY {} FROM STDIN", table)) as rows:
                    rows.write(content)
        return self._deleted < ROWS

    def close(self) -> None:
        """Leave it."""
        self._connection.close()


def _names(connection: Connection, kind: str) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in connection.execute(NAMES, [kind]))


def _shape(connection: Connection) -> str:
    row = connection.execute(SHAPE).fetchone()
    return str(row[0]) if row else ""


def _position(connection: Connection, name: str) -> tuple[object, ...]:
    asked = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
    return connection.execute(asked).fetchone() or ()


def _copied(connection: Connection, table: str) -> bytes:
    with connection.cursor().copy(_copy("COPY {} TO STDOUT", table)) as rows:
        return b"".join(bytes(row) for row in rows)


def _copy(statement: LiteralString, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))
