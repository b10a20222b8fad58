"""Every read of changes in bulk that the pages need."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from subscriptions.newsletters.belonging import latest_of, one_of
from subscriptions.subscribers.bulk_models import BulkChange


def changes_of(session: Session, newsletter_id: int) -> Sequence[BulkChange]:
    """The latest changes of a newsletter, newest first."""
    return latest_of(session, BulkChange, newsletter_id)


def change_of(
    session: Session, newsletter_id: int, reference: str, *, lock: bool = False
) -> BulkChange:
    """One change of a newsletter, or :class:`.NotFound`; with ``lock``, for a change of it."""
    return one_of(session, BulkChange, newsletter_id, reference, lock=lock)
