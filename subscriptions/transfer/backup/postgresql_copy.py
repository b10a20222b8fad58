"""PostgreSQL: every table out of one snapshot, and all of them in within one transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from flask import current_app
from psycopg import sql
from sqlalchemy import Column, Connection, Engine, Table

from subscriptions.core.db import Base
from subscriptions.transfer.backup.archive import Archive
from subscriptions.transfer.backup.files import Tell, create
from subscriptions.transfer.backup.manifest import Sequence, TableCopy
from subscriptions.transfer.backup.mark import INSTALLATIONS

# A table of many millions takes longer than a page may. The text of a moment must not depend on
# how the server is set up.
CALM = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL client_encoding = 'UTF8'",
)
SNAPSHOT: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def copy_out(
    engine: Engine, folder: Path, made_at: datetime, tell: Tell
) -> tuple[list[TableCopy], list[Sequence]]:
    """Write every table into ``folder/tables``, all as of one moment; return what was written."""
    (folder / "tables").mkdir(mode=0o700, exist_ok=True)
    tables = Base.metadata.sorted_tables
    with engine.connect().execution_options(**SNAPSHOT) as connection:
        _calm(connection)
        for number, table in enumerate(tables):
            tell("Copying", number, len(tables))
            with create(folder / file_of(table.name)) as file:
                file.writelines(_rows(connection, _reading(table, made_at)))
        return [_described(table) for table in tables], list(_sequences(connection, tables))


def file_of(table: str) -> str:
    """The member that holds a table."""
    return f"tables/{table}.copy"


def copy_in(engine: Engine, archive: Archive, tell: Tell) -> None:
    """Replace every table by those of the backup, in the shape of its revision; all or nothing."""
    manifest = archive.manifest
    with engine.connect() as connection, connection.begin():
        _calm(connection)
        _drop_all(connection)
        _build(connection, manifest.revision)
        names = sql.SQL(", ").join(sql.Identifier(copied.name) for copied in manifest.tables)
        _run(connection, sql.SQL("TRUNCATE {}").format(names))
        for number, copied in enumerate(manifest.tables):
            tell("Loading", number, len(manifest.tables))
            _fill(connection, copied, archive.read(file_of(copied.name)))
        for sequence in manifest.sequences:
            _count_on(connection, sequence)
        # Without it PostgreSQL takes the tables for empty and the replay reads them whole for each
        # person: a restore that takes 19 s would take 108.
        _run(connection, sql.SQL("ANALYZE {}").format(names))


def _described(table: Table) -> TableCopy:
    return TableCopy(name=table.name, columns=[column.name for column in _kept(table)])


def _kept(table: Table) -> list[Column[Any]]:
    """The columns that the database does not fill in by itself."""
    return [column for column in table.columns if column.computed is None]


def _reading(table: Table, made_at: datetime) -> sql.Composed:
    """What to copy of a table; in the copy, the installation is marked as one."""
    cells: list[sql.Composable] = [sql.Identifier(column.name) for column in _kept(table)]
    if table is INSTALLATIONS:
        cells[list(table.columns.keys()).index("copied_at")] = sql.Literal(made_at)
    return sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
        sql.SQL(", ").join(cells), sql.Identifier(table.name)
    )


def _rows(connection: Connection, copy: sql.Composed) -> Iterator[bytes]:
    with _driver(connection).cursor() as cursor, cursor.copy(copy) as rows:
        yield from map(bytes, rows)


def _sequences(connection: Connection, tables: list[Table]) -> Iterator[Sequence]:
    """Read last: a sequence belongs to no snapshot and is never behind one that is older."""
    cursor = _driver(connection).cursor()
    for table in tables:
        for column in table.columns:
            ask = "SELECT pg_get_serial_sequence(%s, %s)"
            name = cursor.execute(ask, [table.name, column.name]).fetchone()[0]
            if name is None:
                continue
            state = sql.SQL("SELECT last_value, is_called FROM {}").format(
                sql.Identifier(*name.replace('"', "").split("."))
            )
            last, called = cursor.execute(state).fetchone()
            yield Sequence(table=table.name, column=column.name, last=last, called=called)


def _drop_all(connection: Connection) -> None:
    for name in (*Base.metadata.tables, "alembic_version"):
        _run(
            connection,
            sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(name)),
        )


def _build(connection: Connection, revision: str) -> None:
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _fill(connection: Connection, copied: TableCopy, rows: Iterable[bytes]) -> None:
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(copied.name), sql.SQL(", ").join(map(sql.Identifier, copied.columns))
    )
    with _driver(connection).cursor() as cursor, cursor.copy(into) as copy:
        for chunk in rows:
            copy.write(chunk)


def _count_on(connection: Connection, sequence: Sequence) -> None:
    _driver(connection).execute(
        "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
        [sequence.table, sequence.column, sequence.last, sequence.called],
    )


def _calm(connection: Connection) -> None:
    for setting in CALM:
        connection.exec_driver_sql(setting)


def _run(connection: Connection, statement: sql.Composed) -> None:
    _driver(connection).execute(statement)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
