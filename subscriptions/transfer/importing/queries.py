"""Every read of imports that the pages and commands need."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from subscriptions.newsletters.belonging import latest_of, one_of
from subscriptions.newsletters.default_wording import default_wording
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.import_models import Import, ImportState

RECEIVED = Import.state != ImportState.RECEIVING.value


def imports_of(session: Session, newsletter_id: int) -> Sequence[Import]:
    """The latest imports into a newsletter, newest first."""
    return latest_of(session, Import, newsletter_id, RECEIVED)


def import_of(session: Session, newsletter_id: int, reference: str) -> Import:
    """One import into a newsletter, or :class:`.NotFound`."""
    return one_of(session, Import, newsletter_id, reference, RECEIVED)


def usual_wording(newsletter: Newsletter) -> str:
    """The wording that the newsletter's first form on the web shows, or what a new one would."""
    for form in newsletter.forms:
        if form.retired_at is None:
            return form.wording.text
    return default_wording(newsletter.name, newsletter.languages[0])
