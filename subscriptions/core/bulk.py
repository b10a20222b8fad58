"""Many rows in one statement, whose text is the same however many there are.

The rows travel as one JSON document, which both databases take apart by themselves: a tenth of what
a parameter for each cell costs, and nothing to build anew for each batch.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Column, Connection, Executable, bindparam, cast, func, select, true
from sqlalchemy.dialects import postgresql, sqlite

from subscriptions.core.db import Base
from subscriptions.core.statements import DialectInsert, table_of

ROWS = "bulk_rows"
Filled = Sequence[tuple[int, Column[Any]]]


class BulkInsert:
    """A prebuilt INSERT … SELECT of many rows.

    ``columns`` name the cells of a row, in order; several names at once are filled from one cell.
    ``constants`` are the columns that have the same value in all rows. ``build`` adds what follows,
    such as a conflict clause.
    """

    def __init__(
        self,
        model: type[Base],
        columns: Sequence[str | tuple[str, ...]],
        constants: Sequence[str] = (),
        build: Callable[[DialectInsert], Executable] = lambda insert: insert,
    ) -> None:
        table = table_of(model)
        filled = [
            (place, table.c[name])
            for place, names in enumerate(columns)
            for name in ((names,) if isinstance(names, str) else names)
        ]
        same = [table.c[name] for name in constants]
        names = [column.name for column in (*(column for _, column in filled), *same)]
        self._variants = {
            "sqlite": build(sqlite.insert(table).from_select(names, _of_sqlite(filled, same))),
            "postgresql": build(
                postgresql.insert(table).from_select(names, _of_postgresql(filled, same))
            ),
        }

    def run(self, connection: Connection, rows: Sequence[Sequence[Any]], **constants: Any) -> Any:
        """Run it for these rows."""
        dialect = connection.dialect.name
        document = json.dumps(rows, default=MOMENTS[dialect], ensure_ascii=False)
        return connection.execute(self._variants[dialect], {ROWS: document, **constants})


def _of_sqlite(filled: Filled, same: Sequence[Column[Any]]) -> Any:
    each = func.json_each(bindparam(ROWS)).table_valued("value")
    cells = [func.json_extract(each.c.value, f"$[{place}]") for place, _ in filled]
    # Without a WHERE, SQLite would take ON CONFLICT for the condition of a join.
    return select(*cells, *map(_constant, same)).select_from(each).where(true())


def _of_postgresql(filled: Filled, same: Sequence[Column[Any]]) -> Any:
    document = cast(bindparam(ROWS), postgresql.JSONB(none_as_null=True))
    each = func.jsonb_array_elements(document).table_valued("value")
    cells = []
    for place, column in filled:
        take = "->" if isinstance(column.type, JSON) else "->>"
        cells.append(cast(each.c.value.op(take)(place), column.type))
    constants = [cast(_constant(column), column.type) for column in same]
    return select(*cells, *constants).select_from(each)


def _constant(column: Column[Any]) -> Any:
    return bindparam(column.name, type_=column.type)


# The same few moments, or each of them once for every table.
@lru_cache(maxsize=2048)
def _sqlite_moment(value: Any) -> str:
    # As SQLAlchemy keeps one there.
    return _moment(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _postgresql_moment(value: Any) -> str:
    return _moment(value).isoformat()


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} can't be handed over in bulk")
    return value.astimezone(UTC)


MOMENTS: Mapping[str, Callable[[Any], str]] = {
    "sqlite": _sqlite_moment,
    "postgresql": _postgresql_moment,
}
