"""Restricting the use of one subscription's data, and lifting that (GDPR Article 18)."""

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import forget_queued
from subscriptions.subscribers.export_files import forget_exported
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.states import Status


class NotConfirmed(Conflict):
    """Nothing is sent to somebody who has not confirmed, so there is nothing to restrict."""

    code = "not_confirmed"
    message = _("Only a subscription that was confirmed can be restricted.")


def restrict_one(session: Session, found: Subscription) -> bool:
    """Keep what is held and send nothing, until lifted; False if it was so already.

    The row is locked by the caller. Raises :class:`NotConfirmed`.
    """
    if found.status != Status.ACTIVE:
        raise NotConfirmed
    if found.restricted_at is not None:
        return False
    found.restricted_at = clock.now()
    session.flush()
    forget_queued(session, found.subscriber_id, [found.newsletter_id])
    forget_exported(session, [(found.newsletter_id, found.id)])
    return True


def lift_one(session: Session, found: Subscription) -> bool:
    """Let the newsletter be sent again; False if nothing was restricted."""
    if found.restricted_at is None:
        return False
    found.restricted_at = None
    session.flush()
    return True
