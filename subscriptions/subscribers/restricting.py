"""Restricting the use of one subscription's data, and lifting that (GDPR Article 18)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import forget_queued_about
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
    restrict_all(session, [found])
    return True


def restrict_all(session: Session, people: Sequence[Subscription]) -> None:
    """The same for many of one newsletter, all of them confirmed and none restricted."""
    newsletter_id = people[0].newsletter_id
    _set(session, people, clock.now())
    forget_queued_about(session, newsletter_id, [each.subscriber_id for each in people])
    forget_exported(session, [(newsletter_id, each.id) for each in people])


def lift_one(session: Session, found: Subscription) -> bool:
    """Let the newsletter be sent again; False if nothing was restricted."""
    if found.restricted_at is None:
        return False
    lift_all(session, [found])
    return True


def lift_all(session: Session, people: Sequence[Subscription]) -> None:
    """The same for many."""
    _set(session, people, None)


def _set(session: Session, people: Sequence[Subscription], at: datetime | None) -> None:
    those = Subscription.id.in_([each.id for each in people])
    session.execute(update(Subscription).where(those).values(restricted_at=at))
