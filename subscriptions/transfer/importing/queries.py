"""Every read of imports that the pages and commands need."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import DEFAULT_WORDING
from subscriptions.subscribers.import_models import Import, ImportState

SHOWN = 50


def imports_of(session: Session, newsletter_id: int) -> Sequence[Import]:
    """The latest imports into a newsletter, newest first."""
    return session.scalars(
        select(Import)
        .where(Import.newsletter_id == newsletter_id, Import.state != ImportState.RECEIVING.value)
        .order_by(Import.id.desc())
        .limit(SHOWN)
    ).all()


def import_of(session: Session, newsletter_id: int, reference: str) -> Import:
    """One import into a newsletter, or :class:`NotFound`."""
    found = session.scalar(
        select(Import).where(
            Import.newsletter_id == newsletter_id,
            Import.reference == reference,
            Import.state != ImportState.RECEIVING.value,
        )
    )
    if found is None:
        raise NotFound
    return found


def usual_wording(newsletter: Newsletter) -> str:
    """The wording that the newsletter's first form on the web shows, or what a new one would."""
    for form in newsletter.forms:
        if form.retired_at is None:
            return form.wording.text
    return DEFAULT_WORDING.format(name=newsletter.name)
