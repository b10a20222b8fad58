"""The queue of events: what is due, who has taken it, and what came of it.

Whoever writes to both takes the webhook's row before those of its events.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import in_batches
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit
from subscriptions.webhooks.models import Webhook, WebhookEvent
from subscriptions.webhooks.operations import Why

BATCH = 20
LEASE = timedelta(minutes=2)
REST = timedelta(minutes=1)
RETRY_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180)]  # the last one again and again
GIVE_UP_AFTER = timedelta(days=3)
KEPT = timedelta(days=30)

WEBHOOKS, EVENTS = table_of(Webhook), table_of(WebhookEvent)
STILL_WANTED = Prepared(
    select(EVENTS.c.id)
    .join(WEBHOOKS, WEBHOOKS.c.id == EVENTS.c.webhook_id)
    .where(EVENTS.c.id == bindparam("of"), WEBHOOKS.c.paused_at.is_(None))
)
IT_WORKS = Prepared(
    update(WEBHOOKS)
    .where(WEBHOOKS.c.id == bindparam("of_webhook"))
    .values(failing_since=None, last_error=None, last_ok_at=bindparam("now"))
)
DELIVERED = Prepared(delete(EVENTS).where(EVENTS.c.id == bindparam("of")))
GIVE_BACK = Prepared(
    update(EVENTS).where(EVENTS.c.id == bindparam("of")).values(due_at=bindparam("due"))
)


@dataclass(frozen=True, slots=True)
class Due:
    """An event that was leased, where it goes, and since when it was due."""

    id: int
    webhook_id: int
    webhook: str
    url: str
    reference: str
    type: str
    newsletter: str | None
    subscription: str | None
    at: datetime
    due_at: datetime


def pause_all_but(session: Session, recipients: Collection[str]) -> None:
    """Pause every webhook whose recipient is not among these."""
    session.execute(
        update(Webhook)
        .where(Webhook.paused_at.is_(None), Webhook.recipient.not_in(recipients))
        .values(paused_at=clock.now(), paused_why=Why.RECIPIENT.value)
    )


def webhooks_with_something_due(session: Session, now: datetime) -> Sequence[int]:
    """The ids of those that can be told something now."""
    due = (WebhookEvent.webhook_id == Webhook.id) & (WebhookEvent.due_at <= now)
    rested = or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now)
    wanted = select(Webhook.id).where(
        Webhook.paused_at.is_(None), rested, select(WebhookEvent.id).where(due).exists()
    )
    return session.scalars(wanted.order_by(Webhook.id)).all()


def lease_due(session: Session, webhook_id: int, now: datetime) -> list[Due]:
    """Take the next events of a webhook; nobody else gets them until the lease ends."""
    columns = (Webhook.reference.label("webhook"), Webhook.url)
    rows = session.execute(
        select(WebhookEvent, *columns)
        .join(Webhook, Webhook.id == WebhookEvent.webhook_id)
        .where(WebhookEvent.webhook_id == webhook_id, WebhookEvent.due_at <= now)
        .order_by(WebhookEvent.due_at, WebhookEvent.id)
        .limit(BATCH)
        .with_for_update(of=WebhookEvent, skip_locked=True)
    ).all()
    batch = [_due(event, webhook, url) for event, webhook, url in rows]
    for event, _webhook, _url in rows:
        event.due_at = now + LEASE
    return batch


def _due(event: WebhookEvent, webhook: str, url: str) -> Due:
    return Due(
        id=event.id,
        webhook_id=event.webhook_id,
        webhook=webhook,
        url=url,
        reference=event.reference,
        type=event.type,
        newsletter=event.newsletter,
        subscription=event.subscription,
        at=event.at,
        due_at=event.due_at,
    )


def give_back(unit: Unit, batch: Sequence[Due]) -> None:
    """End the leases on these: they are due as they were."""
    if batch:
        rows = [{"of": due.id, "due": due.due_at} for due in batch]
        GIVE_BACK.run_many(unit.connection(), rows)


def still_wanted(unit: Unit, due: Due) -> bool:
    """Whether it is still there, and its webhook not paused meanwhile."""
    return STILL_WANTED.first(unit.connection(), {"of": due.id}) is not None


def note_delivered(unit: Unit, due: Due) -> None:
    """Forget an event that the receiver has taken."""
    connection = unit.connection()
    IT_WORKS.run(connection, {"of_webhook": due.webhook_id, "now": clock.now()})
    DELIVERED.run(connection, {"of": due.id})


def note_failure(session: Session, due: Due, reason: str) -> bool:
    """Put an event off by its back-off; after three days in vain pause its webhook, and say so."""
    # Asked of the store, not of the session's memory: it may have been deleted since the lease.
    webhook = session.get(Webhook, due.webhook_id, with_for_update=True, populate_existing=True)
    event = session.get(WebhookEvent, due.id, with_for_update=True, populate_existing=True)
    if webhook is None or event is None:
        return False
    now = clock.now()
    webhook.failing_since = webhook.failing_since or now
    webhook.last_error, webhook.rests_until = reason[:100], now + REST
    event.failing_since = event.failing_since or now
    event.due_at = now + RETRY_AFTER[min(event.failures, len(RETRY_AFTER) - 1)]
    event.failures += 1
    given_up = now - event.failing_since >= GIVE_UP_AFTER
    if given_up and webhook.paused_at is None:
        webhook.paused_at, webhook.paused_why = now, Why.FAILING.value
    return given_up


def forget_old_ones() -> None:
    """Forget what could not be told for thirty days, in units of work of its own."""
    for _batch in in_batches(_forget):
        pass


def _forget(session: Session, size: int) -> int:
    # The oldest have the lowest ids: only those are looked at.
    oldest = select(EVENTS.c.id, EVENTS.c.at).order_by(EVENTS.c.id).limit(size).subquery()
    over = select(oldest.c.id).where(oldest.c.at <= clock.now() - KEPT)
    return session.connection().execute(delete(EVENTS).where(EVENTS.c.id.in_(over))).rowcount
