"""Every write of webhooks but the delivery. ``recipients`` are those that the policy names."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.errors import Conflict
from subscriptions.core.transactions import after_commit
from subscriptions.core.words import lazy_gettext as _
from subscriptions.webhooks.events import Kind, wake_delivery
from subscriptions.webhooks.listening import look_again_after_commit
from subscriptions.webhooks.models import Webhook, WebhookEvent
from subscriptions.webhooks.targets import target_of


class Why(StrEnum):
    """Why a webhook is paused."""

    OWNER = "owner"  # somebody decided so
    FAILING = "failing"  # an event could not be delivered for too long
    RECIPIENT = "recipient"  # the policy in force no longer names its recipient


class NoRecipient(Conflict):
    """Nothing is passed on to whom the policy does not name."""

    code = "no_recipient"
    message = _("The policy in force does not name this recipient, so it is sent nothing.")


class Paused(Conflict):
    """A paused webhook is sent nothing."""

    code = "paused"
    message = _("This webhook is paused. Resume it first.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A webhook that is about to be made; without a newsletter it is about all of them."""

    url: str
    recipient: str
    newsletter_id: int | None
    kinds: Collection[Kind]


def add_webhook(session: Session, draft: Draft, recipients: Collection[str]) -> Webhook:
    """Make one; :class:`NoRecipient`, or :class:`.BadTarget`."""
    if draft.recipient not in recipients:
        raise NoRecipient
    target_of(draft.url)
    webhook = Webhook(
        url=draft.url,
        recipient=draft.recipient,
        newsletter_id=draft.newsletter_id,
        types=[kind.value for kind in draft.kinds],
        created_at=clock.now(),
    )
    session.add(webhook)
    session.flush()
    look_again_after_commit(session)
    return webhook


def pause(webhook: Webhook, why: Why) -> None:
    """Send it nothing from now on; what happens meanwhile waits."""
    if webhook.paused_at is None:
        webhook.paused_at, webhook.paused_why = clock.now(), why.value


def resume(session: Session, webhook: Webhook, recipients: Collection[str]) -> None:
    """Send it what waits, and whatever happens from now on. :class:`NoRecipient`."""
    if webhook.recipient not in recipients:
        raise NoRecipient
    webhook.paused_at = webhook.paused_why = webhook.rests_until = None
    webhook.failing_since = webhook.last_error = None
    anew = {"due_at": clock.now(), "failures": 0, "failing_since": None}
    theirs = WebhookEvent.webhook_id == webhook.id
    session.execute(update(WebhookEvent).where(theirs, WebhookEvent.failures > 0).values(anew))
    after_commit(session, wake_delivery)


def send_test(session: Session, webhook: Webhook) -> str:
    """Have an event sent that tells of nothing; return its id. :class:`Paused`."""
    if webhook.paused_at:
        raise Paused
    now = clock.now()
    event = WebhookEvent(
        webhook_id=webhook.id,
        reference=new_reference(),
        type=Kind.TEST.value,
        at=now,
        due_at=now,
        failures=0,
    )
    session.add(event)
    session.flush()
    after_commit(session, wake_delivery)
    return event.reference


def delete_webhook(session: Session, webhook: Webhook) -> None:
    """Forget it, and what it was not told yet."""
    session.delete(webhook)
    session.flush()
    look_again_after_commit(session)


def forget_events(session: Session) -> None:
    """Forget what no webhook was told yet: for a store just restored, where it is old."""
    session.execute(delete(WebhookEvent))
