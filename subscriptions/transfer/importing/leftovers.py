"""What is left of a file goes as soon as nobody needs it, without holding the lock for long."""

from functools import partial

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from subscriptions.core.batches import in_batches
from subscriptions.core.statements import table_of
from subscriptions.core.transactions import current_session
from subscriptions.subscribers.import_models import (
    OVER,
    Import,
    ImportPiece,
    ImportState,
    Kind,
)

PIECES = table_of(ImportPiece)
FILE = (Kind.HEADER, Kind.ROWS)  # what was left out of it stays until its clause
SOME_ROWS = (
    select(PIECES.c.id)
    .where(
        PIECES.c.import_id == bindparam("of"),
        PIECES.c.kind.in_([kind.value for kind in FILE]),
    )
    .limit(bindparam("size"))
)
FORGET = delete(PIECES).where(PIECES.c.id.in_(SOME_ROWS.scalar_subquery()))


def forget_rows(import_id: int) -> None:
    """Delete what is left of the file of an import, in units of work of its own."""
    for _gone in in_batches(partial(_forget, import_id)):
        pass


def _forget(import_id: int, session: Session, size: int) -> int:
    parameters = {"of": import_id, "size": size}
    return session.connection().execute(FORGET, parameters).rowcount


def forget_what_is_over() -> None:
    """Delete what is left of the files of all imports that are over."""
    session = current_session()
    over = [state.value for state in OVER]
    left = select(ImportPiece.import_id).where(ImportPiece.kind.in_([kind.value for kind in FILE]))
    ids = session.scalars(
        select(Import.id).where(Import.state.in_(over), Import.id.in_(left))
    ).all()
    session.commit()
    for import_id in ids:
        forget_rows(import_id)


def give_up_all(session: Session) -> None:
    """Cancel every import and forget its file, in one transaction: for a store just restored.

    Who has left since the backup was made may stand in a file that waited then.
    """
    session.execute(delete(ImportPiece).where(ImportPiece.kind != Kind.LEFT_OUT.value))
    for found in session.scalars(
        select(Import).where(Import.state.not_in([state.value for state in OVER]))
    ):
        found.state = ImportState.CANCELLED.value
