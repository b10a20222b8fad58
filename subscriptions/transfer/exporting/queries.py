"""Every read of exports that the pages need."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from subscriptions.newsletters.belonging import latest_of, one_of
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.subscribers.export_models import EXPORT_FILE, Export


def exports_of(session: Session, newsletter_id: int) -> Sequence[Export]:
    """The latest exports of a newsletter, newest first."""
    return latest_of(session, Export, newsletter_id)


def export_of(
    session: Session, newsletter_id: int, reference: str, *, lock: bool = False
) -> Export:
    """One export of a newsletter, or :class:`.NotFound`; with ``lock``, for a change."""
    return one_of(session, Export, newsletter_id, reference, lock=lock)


def expires_at(export: Export) -> datetime:
    """When the file has to go, by its clause."""
    clause = current_policy().need(EXPORT_FILE, Trigger.RECORDED)
    return clause.acts_after.after(export.recorded_at)
