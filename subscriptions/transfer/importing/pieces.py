"""Reads and writes the pieces of a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.statements import table_of
from subscriptions.subscribers.import_models import ImportPiece, Kind
from subscriptions.transfer.importing.candidates import LeftOut

PIECE = 2_000  # rows of one piece of a file; its last piece has fewer
PIECES = table_of(ImportPiece)
INSERT = insert(PIECES)
THIS = (
    PIECES.c.import_id == bindparam("of"),
    PIECES.c.kind == bindparam("of_kind"),
    PIECES.c.number == bindparam("of_number"),
)
READ = select(PIECES.c.id, PIECES.c.revision, PIECES.c.content).where(*THIS)
REVISION = select(PIECES.c.revision).where(PIECES.c.id == bindparam("of")).with_for_update()
DELETE = delete(PIECES).where(PIECES.c.id == bindparam("of"))
DELETE_KIND = delete(PIECES).where(*THIS[:2])


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of a file; None stands for one that an erasure took."""

    id: int
    revision: int
    rows: list[list[str] | None]


def read_piece(connection: Connection, import_id: int, number: int) -> Piece | None:
    """Piece ``number`` of the rows, from 0; None if it has gone."""
    parameters = {"of": import_id, "of_kind": Kind.ROWS.value, "of_number": number}
    row = connection.execute(READ, parameters).one_or_none()
    return None if row is None else Piece(row.id, row.revision, json.loads(row.content))


def is_unchanged(connection: Connection, piece: Piece) -> bool:
    """Whether no erasure has reached into the piece since it was read; from now on none can."""
    return connection.scalar(REVISION, {"of": piece.id}) == piece.revision


def delete_piece(connection: Connection, piece: Piece) -> None:
    """Forget rows that are done."""
    connection.execute(DELETE, {"of": piece.id})


def forget_header(connection: Connection, import_id: int) -> None:
    """Forget what the columns were called: it may be a person's name where there was no header."""
    connection.execute(DELETE_KIND, {"of": import_id, "of_kind": Kind.HEADER.value})


def note_left_out(
    connection: Connection, import_id: int, kind: Kind, number: int, rows: Sequence[LeftOut]
) -> None:
    """Keep which rows were left out and why."""
    content = [[row.number, row.outcome.value, row.shown] for row in rows]
    connection.execute(
        INSERT,
        {
            "import_id": import_id,
            "kind": kind.value,
            "number": number,
            "recorded_at": clock.now(),
            "revision": 0,
            "marks": b"",
            "content": json.dumps(content, ensure_ascii=False),
        },
    )


def forget_found(connection: Connection, import_id: int) -> None:
    """Forget what an earlier dry run found."""
    connection.execute(DELETE_KIND, {"of": import_id, "of_kind": Kind.FOUND.value})


def names_of(session: Session, import_id: int) -> list[str]:
    """What the columns of a file are called; none once it has gone."""
    parameters = {"of": import_id, "of_kind": Kind.HEADER.value, "of_number": 0}
    row = session.connection().execute(READ, parameters).one_or_none()
    return [] if row is None else cast(list[Any], json.loads(row.content))[0]
