"""What is left of a file goes once it is deleted or over, without holding the lock for long."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import in_batches
from subscriptions.subscribers.export_models import (
    Export,
    ExportContent,
    ExportPiece,
    ExportState,
)

OF_GONE = (
    select(ExportContent.piece_id)
    .join(ExportPiece, ExportPiece.id == ExportContent.piece_id)
    .join(Export, Export.id == ExportPiece.export_id)
    .where(Export.state == ExportState.GONE.value)
)


def delete_file(export: Export) -> None:
    """Nobody gets the file from now on. That it was made stays on record, and who was in it."""
    export.state = ExportState.GONE.value
    export.finished_at = export.finished_at or clock.now()
    export.lease = export.leased_until = None


def forget_what_is_gone() -> None:
    """Delete what files that are gone said, in units of work of its own."""
    for _gone in in_batches(_forget):
        pass


def forget_all_files(session: Session) -> None:
    """Forget every file, in one transaction: for a store just restored.

    Who has left since the backup was made may stand in a file that was kept then.
    """
    session.execute(delete(ExportContent))
    for export in session.scalars(
        select(Export).where(Export.kept, Export.state != ExportState.GONE.value)
    ):
        delete_file(export)


def _forget(session: Session, size: int) -> int:
    some = delete(ExportContent).where(ExportContent.piece_id.in_(OF_GONE.limit(size)))
    return session.connection().execute(some).rowcount
