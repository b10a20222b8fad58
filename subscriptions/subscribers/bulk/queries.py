"""Every read of changes in bulk that the pages need."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.subscribers.bulk_models import BulkChange

SHOWN = 50


def changes_of(session: Session, newsletter_id: int) -> Sequence[BulkChange]:
    """The latest changes of a newsletter, newest first."""
    mine = select(BulkChange).where(BulkChange.newsletter_id == newsletter_id)
    return session.scalars(mine.order_by(BulkChange.id.desc()).limit(SHOWN)).all()


def change_of(
    session: Session, newsletter_id: int, reference: str, *, lock: bool = False
) -> BulkChange:
    """One change of a newsletter, or :class:`NotFound`; with ``lock``, for a change of it."""
    wanted = select(BulkChange).where(
        BulkChange.newsletter_id == newsletter_id, BulkChange.reference == reference
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found
