"""Takes a file apart into pieces in the database, where any worker can go on with them.

The file itself is kept nowhere. If anything is wrong with it, nothing of it is.
"""

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.import_files import as_content, keys_in, mark_of
from subscriptions.subscribers.import_models import Import, ImportState, Kind
from subscriptions.transfer.importing.leftovers import forget_rows
from subscriptions.transfer.importing.pieces import INSERT, PIECE
from subscriptions.transfer.importing.refusals import BadFile, FileTooLarge
from subscriptions.transfer.importing.sheets import MAX_BYTES, open_sheet

Row = list[str]


def receive(file: IO[bytes], newsletter_id: int) -> str:
    """Keep the rows of a file for a newsletter; return the reference of the import.

    Opens its own units of work. Raises :class:`BadFile`, and then nothing is kept.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if size > MAX_BYTES:
        raise FileTooLarge
    sheet = open_sheet(file)
    import_id, reference = _begin(newsletter_id, sheet.source, sheet.names)
    try:
        _finish(import_id, _keep(import_id, sheet.rows))
    except BaseException:
        _take_back(import_id)
        raise
    return reference


def _begin(newsletter_id: int, source: dict[str, Any], names: Row) -> tuple[int, str]:
    with unit_of_work() as session:
        made = Import(
            reference=new_reference(),
            newsletter_id=newsletter_id,
            state=ImportState.RECEIVING.value,
            source=source,
            recorded_at=clock.now(),
        )
        session.add(made)
        session.flush()
        session.connection().execute(INSERT, _piece(made.id, Kind.HEADER, 0, [names]))
        return made.id, made.reference


def _keep(import_id: int, rows: Iterator[Row]) -> int:
    """Each piece in a transaction of its own: it is made before the lock is taken."""
    kept = number = 0
    while part := list(islice(rows, PIECE)):
        piece = _piece(import_id, Kind.ROWS, number, part)
        with unit_of_work() as session:
            session.connection().execute(INSERT, piece)
        kept, number = kept + len(part), number + 1
    return kept


def _piece(import_id: int, kind: Kind, number: int, rows: list[Row]) -> dict[str, Any]:
    marks = {mark_of(key) for row in rows for key in keys_in(row)}
    return {
        "import_id": import_id,
        "kind": kind.value,
        "number": number,
        "recorded_at": clock.now(),
        "revision": 0,
        "marks": b"".join(marks),
        "content": as_content(rows),
    }


def _finish(import_id: int, rows: int) -> None:
    if not rows:
        raise BadFile(_("The file has no rows but its header."))
    with unit_of_work() as session:
        made = session.get_one(Import, import_id)
        made.state, made.rows = ImportState.WAITING.value, rows


def _take_back(import_id: int) -> None:
    forget_rows(import_id)
    with unit_of_work() as session:
        session.delete(session.get_one(Import, import_id))
