"""What an uploaded file says of a person: how it is found, exported and erased.

A file that waits is no subscriber's, and yet somebody who leaves must not come back by it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update
from sqlalchemy.orm import Session

from subscriptions.core.addresses import address_key
from subscriptions.core.personal_data import Category
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit
from subscriptions.core.words import mark
from subscriptions.subscribers.import_models import IMPORT_FILE, ImportPiece, Kind
from subscriptions.subscribers.models import Subscriber

Cells = list[str]
MARK_BYTES = 8
# Whatever may be an address, wherever in a cell: too much is found rather than too little.
ADDRESS_LIKE = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
PIECES = table_of(ImportPiece)
SUBSCRIBERS = table_of(Subscriber)
WHILE_A_FILE_WAITS = select(PIECES.c.id).where(PIECES.c.kind == Kind.ROWS.value).exists()
KEYS = select(SUBSCRIBERS.c.address_key).where(
    SUBSCRIBERS.c.id.in_(bindparam("of", expanding=True)), WHILE_A_FILE_WAITS
)
# Nearly always there is no file, and this is all that an unsubscribe pays.
KEY = Prepared(
    select(SUBSCRIBERS.c.address_key).where(SUBSCRIBERS.c.id == bindparam("of"), WHILE_A_FILE_WAITS)
)
REWRITE = (
    update(PIECES)
    .where(PIECES.c.id == bindparam("of"))
    .values(content=bindparam("new_content"), revision=PIECES.c.revision + 1)
)


def mark_of(key: str) -> bytes:
    """The short hash under which an :attr:`Address.key` is found in the marks of a piece."""
    return blake2b(key.encode(), digest_size=MARK_BYTES).digest()


def keys_in(cells: Iterable[str]) -> list[str]:
    """The keys of everything in a row that may be an address."""
    return [
        address_key(found) for cell in cells if "@" in cell for found in ADDRESS_LIKE.findall(cell)
    ]


def _export(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    found = []
    for (key,) in KEY.all(session.connection(), {"of": subscriber_id}):
        for _piece_id, rows in _pieces_with(session.connection(), key):
            found += [{"row": cells} for cells in rows if cells and key in keys_in(cells)]
    return found


def _erase(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    connection = unit.connection()
    if len(subscriber_ids) == 1:
        found = KEY.all(connection, {"of": subscriber_ids[0]})
    else:
        found = [tuple(row) for row in connection.execute(KEYS, {"of": list(subscriber_ids)})]
    return sum(_forget(connection, key) for (key,) in found)


def _forget(connection: Connection, key: str) -> int:
    """Take a person's rows out of every file; the rows after them keep their numbers."""
    gone = 0
    for piece_id, rows in _pieces_with(connection, key, lock=True):
        kept = [None if cells and key in keys_in(cells) else cells for cells in rows]
        gone += kept.count(None) - rows.count(None)
        connection.execute(REWRITE, {"of": piece_id, "new_content": as_content(kept)})
    return gone


def _pieces_with(
    connection: Connection, key: str, *, lock: bool = False
) -> list[tuple[int, list[Cells | None]]]:
    marked = select(PIECES.c.id, PIECES.c.content).where(
        PIECES.c.kind == Kind.ROWS.value, _has_mark(connection, mark_of(key))
    )
    if lock:
        marked = marked.order_by(PIECES.c.id).with_for_update()
    return [(row.id, json.loads(row.content)) for row in connection.execute(marked)]


def _has_mark(connection: Connection, mark: bytes) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        return func.instr(PIECES.c.marks, mark) > 0
    return func.position(bindparam("mark", mark).op("IN")(PIECES.c.marks)) > 0


def as_content(rows: Sequence[Cells | None]) -> str:
    """The rows as a piece keeps them."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


CATEGORIES = (
    Category(IMPORT_FILE, mark("Rows of a list that waits to be taken over"), _export, _erase),
)
