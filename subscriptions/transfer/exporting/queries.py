"""Every read of exports that the pages need."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.subscribers.export_models import EXPORT_FILE, Export

SHOWN = 50


def exports_of(session: Session, newsletter_id: int) -> Sequence[Export]:
    """The latest exports of a newsletter, newest first."""
    mine = select(Export).where(Export.newsletter_id == newsletter_id)
    return session.scalars(mine.order_by(Export.id.desc()).limit(SHOWN)).all()


def export_of(
    session: Session, newsletter_id: int, reference: str, *, lock: bool = False
) -> Export:
    """One export of a newsletter, or :class:`NotFound`; with ``lock``, for a change."""
    wanted = select(Export).where(
        Export.newsletter_id == newsletter_id, Export.reference == reference
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def expires_at(export: Export) -> datetime:
    """When the file has to go, by its clause."""
    clause = current_policy().need(EXPORT_FILE, Trigger.RECORDED)
    return clause.acts_after.after(export.recorded_at)
