"""What a restored backup can't know: who was erased, and who must not be mailed, since it was made.

Kept as lines of JSON, one for each row: ``{"kind": "erased", …}`` with the columns of the journal,
``{"kind": "suppression", …}`` with those of an entry and the newsletter by its slug. The first line
names the installation; the last one says whether the journal reaches to the present.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, inspect, or_, select

from subscriptions.core.db import UtcDateTime
from subscriptions.core.statements import table_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.models import ErasedReference, Suppression

FILE_NAME = "journal-to-replay.jsonl"
HEAD, END, ERASED, SUPPRESSION = "journal", "end", "erased", "suppression"
ENTRIES, JOURNAL = table_of(Suppression), table_of(ErasedReference)
NEWSLETTERS = table_of(Newsletter)

Line = dict[str, Any]


def erased_lines(connection: Connection) -> Iterator[Line]:
    """Every row of the journal of erasures."""
    columns = _shared(connection, JOURNAL, {"id"})
    rows = connection.execution_options(yield_per=1_000).execute(select(*columns))
    for row in rows.mappings():
        yield {"kind": ERASED} | {name: _plain(value) for name, value in row.items()}


def suppression_lines(connection: Connection, since: datetime) -> Iterator[Line]:
    """The suppression entries that were made, or let a mail through, since ``since``."""
    columns = _shared(connection, ENTRIES, {"id", "newsletter_id"})
    changed = or_(ENTRIES.c.created_at >= since, ENTRIES.c.asked_at >= since)
    statement = (
        select(*columns, NEWSLETTERS.c.slug.label("newsletter"))
        .select_from(ENTRIES.outerjoin(NEWSLETTERS))
        .where(changed)
    )
    for row in connection.execute(statement).mappings():
        yield {"kind": SUPPRESSION} | {name: _plain(value) for name, value in row.items()}


def write_lines(file: BinaryIO, lines: Iterable[Line]) -> None:
    """One line of JSON for each."""
    file.writelines(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a journal, its head and its end among them."""
    with path.open("rb") as file:
        yield from map(json.loads, file)


def lineage_of(path: Path) -> str | None:
    """Whose journal a file is; None if there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        lineage: str | None = json.loads(file.readline() or b"{}").get("lineage")
        return lineage


def count_lines(path: Path) -> int:
    """How many lines a journal has."""
    with path.open("rb") as file:
        return sum(1 for _line in file)


def as_row(line: Line) -> dict[str, Any]:
    """The values of a line as its table takes them."""
    table = JOURNAL if line["kind"] == ERASED else ENTRIES
    row = {name: value for name, value in line.items() if name != "kind"}
    for column in table.columns:
        if isinstance(column.type, UtcDateTime) and row.get(column.name):
            row[column.name] = datetime.fromisoformat(row[column.name])
    return row


def _shared(connection: Connection, table: Table, without: set[str]) -> list[Any]:
    """The columns that the store, perhaps of an older version, has as well."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    return [column for column in table.columns if column.name in there - without]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
