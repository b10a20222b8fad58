"""Statements that are built and compiled once, and then go to the driver with their parameters.

SQLAlchemy's cost is in building, hashing and compiling a statement and in preparing its execution:
the database's own work on a small one is the least of it. The paths of a sign-up, a confirmation
and an unsubscribe use these.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    Insert,
    Table,
    UpdateBase,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from subscriptions.core.db import Base

DialectInsert = Any  # sqlite.Insert | postgresql.Insert: the same methods, no common type
Parameters = Mapping[str, Any]
Convert = Callable[[Any], Any]


def table_of(model: type[Base]) -> Table:
    """The Core table of a model: its statements skip the ORM's bookkeeping."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


class Prepared:
    """One statement, compiled when it first runs on a kind of database.

    Runs as the statement itself would: types convert what goes in and what comes out, errors are
    SQLAlchemy's. It must get the same parameters each time, and no list for an ``IN``. What a
    column would fill in by itself in Python has to be among them.
    """

    def __init__(self, statement: Executable, **variants: Executable) -> None:
        """``variants`` are for dialects that spell it in a way of their own, by their names."""
        self._statement, self._variants = statement, variants
        self._plans: dict[str, _Plan] = {}

    def run(self, connection: Connection, parameters: Parameters) -> int:
        """Run it; return how many rows it met."""
        return self._execute(connection, parameters)[0].rowcount

    def run_many(self, connection: Connection, rows: Sequence[Parameters]) -> None:
        """Run it once for each of ``rows``, of which there is at least one."""
        plan = self._plan(connection, rows[0])
        connection.exec_driver_sql(plan.sql, [plan.fill(row) for row in rows])

    def all(self, connection: Connection, parameters: Parameters) -> Sequence[tuple[Any, ...]]:
        """Run it; return the rows that it finds, or that it returns of what it wrote."""
        result, plan = self._execute(connection, parameters)
        return [plan.read(row) for row in result.all()]

    def first(self, connection: Connection, parameters: Parameters) -> tuple[Any, ...] | None:
        """The same for a statement that meets one row at most."""
        rows = self.all(connection, parameters)
        return rows[0] if rows else None

    def one(self, connection: Connection, parameters: Parameters) -> tuple[Any, ...]:
        """The one row there must be; :class:`NoResultFound` otherwise."""
        row = self.first(connection, parameters)
        if row is None:
            raise NoResultFound
        return row

    def value(self, connection: Connection, parameters: Parameters) -> Any:
        """The only column of that row; None without a row."""
        row = self.first(connection, parameters)
        return None if row is None else row[0]

    def _execute(
        self, connection: Connection, parameters: Parameters
    ) -> tuple[CursorResult[Any], "_Plan"]:
        plan = self._plan(connection, parameters)
        return connection.exec_driver_sql(plan.sql, plan.fill(parameters)), plan

    def _plan(self, connection: Connection, parameters: Parameters) -> "_Plan":
        dialect = connection.dialect
        plan = self._plans.get(dialect.name)
        if plan is None:
            statement = self._variants.get(dialect.name, self._statement)
            plan = self._plans[dialect.name] = _plan_of(statement, dialect, list(parameters))
        return plan


class _Plan(NamedTuple):
    """A compiled statement: its text, and what converts its parameters and columns."""

    sql: str
    positional: bool
    fixed: Parameters
    into: Sequence[tuple[str, Convert | None]]
    out: Sequence[Convert | None]

    def fill(self, parameters: Parameters) -> Any:
        """The parameters as the driver takes them; KeyError if one is missing."""
        given = {**self.fixed, **parameters} if self.fixed else parameters
        if self.positional:
            return tuple(
                [
                    given[name] if convert is None else convert(given[name])
                    for name, convert in self.into
                ]
            )
        return {
            name: given[name] if convert is None else convert(given[name])
            for name, convert in self.into
        }

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row with the values that its types promise."""
        return tuple(
            convert(value) if convert else value
            for value, convert in zip(row, self.out, strict=True)
        )


def _plan_of(statement: Executable, dialect: Dialect, names: list[str]) -> _Plan:
    if isinstance(statement, Insert):
        statement = statement.inline()  # nobody asks for the key of the new row but by RETURNING
    compiled = statement.compile(dialect=dialect, column_keys=names)  # type: ignore[attr-defined]
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("only a statement on rows can be prepared")
    if missing := [*compiled.insert_prefetch, *compiled.update_prefetch]:
        raise TypeError(f"{missing[0]} is not among the parameters")
    names = (compiled.positiontup or []) if compiled.positional else list(compiled.binds)
    return _Plan(
        sql=str(compiled),
        positional=compiled.positional,
        fixed={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
        into=[(name, _in(compiled.binds[name].type, dialect)) for name in names],
        out=[_out(column.type, dialect) for column in getattr(statement, "exported_columns", ())],
    )


def _in(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def upsert(model: type[Base], build: Callable[[DialectInsert], Executable]) -> Prepared:
    """An INSERT … ON CONFLICT, which each dialect spells with its own class."""
    table = table_of(model)
    return Prepared(build(sqlite.insert(table)), postgresql=build(postgresql.insert(table)))


WhoseIs = Callable[[ColumnElement[int]], ColumnElement[bool]]


class DeleteOf:
    """A DELETE of what belongs to somebody, or to many people at once.

    ``build`` gets a function that turns a column of ids into the condition that it is theirs. One
    person is asked for by equality: spelling out a list for each run would cost more than the run.
    """

    _one: BindParameter[int] = bindparam("one")
    _many: BindParameter[Sequence[int]] = bindparam("many", expanding=True)

    def __init__(self, build: Callable[[WhoseIs], UpdateBase]) -> None:
        self._of_one = Prepared(build(lambda column: column == self._one))
        self._of_many = build(lambda column: column.in_(self._many))

    def run(self, connection: Connection, ids: Sequence[int]) -> int:
        """Run it for these ids, of which there may be none; return how many rows went."""
        if len(ids) == 1:
            return self._of_one.run(connection, {"one": ids[0]})
        return connection.execute(self._of_many, {"many": list(ids)}).rowcount

    def returning(self, connection: Connection, ids: Sequence[int]) -> Sequence[tuple[Any, ...]]:
        """The same; return what the statement returns of each row."""
        if len(ids) == 1:
            return self._of_one.all(connection, {"one": ids[0]})
        rows = connection.execute(self._of_many, {"many": list(ids)})
        return [tuple(row) for row in rows]
