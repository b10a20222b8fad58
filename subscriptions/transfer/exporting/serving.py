"""Hands out an export: from what is kept of it, or while its rows are being read.

A piece that an erasure or a correction took is read anew, from those of its people who are still
there and whom the filter still takes.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from subscriptions.core.transactions import leave_reading, unit_of_work
from subscriptions.subscribers.export_models import (
    Export,
    ExportContent,
    ExportPiece,
    ExportState,
)
from subscriptions.transfer.export import Finish, Row, csv_chunks, finisher
from subscriptions.transfer.exporting.asking import Format
from subscriptions.transfer.exporting.making import Rows, add_piece, finish, selection_of
from subscriptions.transfer.rows import Ranges, forget_pages, read_batches
from subscriptions.transfer.selection import Selection
from subscriptions.transfer.spreadsheet import xlsx_chunks

MIMETYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is needed to hand an export out, without the session that it was read in."""

    export_id: int
    format: Format
    rows: int
    engine: Engine
    selection: Selection
    today: date
    finish: Finish


def plan_of(session: Session, export: Export) -> Plan:
    """How to hand it out. Ends the session's present read."""
    selection = selection_of(session, export)
    plan = Plan(
        export.id,
        Format(export.format),
        export.rows,
        session.get_bind().engine,
        selection,
        export.recorded_at.date(),
        finisher(session, selection),
    )
    # A read that stays open while a slow client downloads would pin SQLite's write-ahead log.
    leave_reading(session)
    return plan


def kept_file(plan: Plan) -> Iterator[bytes]:
    """The file as it was made, in chunks, without whoever has left or was restricted since."""
    return _as_file(plan, _kept_pieces(plan), plan.rows)


def file_while_reading(plan: Plan, expected: int = 0) -> Iterator[bytes]:
    """The file as it is read, in chunks; nothing is kept of it but whom it names.

    Needs an application context; each piece is noted before it goes out.
    """
    return _as_file(plan, _noted_batches(plan), expected)


def _as_file(plan: Plan, batches: Iterable[Rows], expected: int) -> Iterator[bytes]:
    rows: Iterator[list[Row]] = (list(map(plan.finish, batch)) for batch in batches)
    if plan.format is Format.CSV:
        return csv_chunks(plan.selection.header, rows)
    return xlsx_chunks(plan.selection.header, rows, expected)


def _kept_pieces(plan: Plan) -> Iterator[Rows]:
    wanted = (
        select(
            ExportPiece.number,
            ExportPiece.first_id,
            ExportPiece.last_id,
            ExportPiece.members,
            ExportContent.content,
        )
        .outerjoin(ExportContent, ExportContent.piece_id == ExportPiece.id)
        .where(ExportPiece.export_id == plan.export_id)
        .order_by(ExportPiece.number)
        .limit(1)
    )
    ranges = Ranges(plan.selection, plan.today)
    number = -1
    while True:
        with plan.engine.connect() as connection:
            piece = connection.execute(wanted.where(ExportPiece.number > number)).one_or_none()
            if piece is None:
                return
            if piece.content is None:
                members = {reference for reference, _epoch in json.loads(piece.members)}
                found = ranges.rows(connection, piece.first_id, piece.last_id)
                rows: Sequence[Sequence[Any]] = [row for row in found if row[1] in members]
            else:
                rows = json.loads(piece.content)
            forget_pages(connection)
        number = piece.number
        yield rows


def _noted_batches(plan: Plan) -> Iterator[Rows]:
    for number, rows in enumerate(read_batches(plan.engine, plan.selection, plan.today)):
        if rows:
            with unit_of_work() as session:
                export = session.get_one(Export, plan.export_id, with_for_update=True)
                add_piece(session, export, number, rows)
        yield rows
    with unit_of_work() as session:
        finish(session.get_one(Export, plan.export_id), ExportState.HANDED_OUT)
