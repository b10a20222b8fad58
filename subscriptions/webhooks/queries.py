"""Every read that pages need of webhooks."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.webhooks.models import Webhook, WebhookEvent
from subscriptions.webhooks.operations import Why
from subscriptions.webhooks.targets import target_of

MOST = 10_000  # waiting events that are counted; more are "many"


class Line(NamedTuple):
    """A webhook, and how many events wait for it; no more than :data:`MOST` are counted."""

    webhook: Webhook
    waiting: int


def all_webhooks(session: Session) -> list[Line]:
    """Every webhook, oldest first."""
    found = session.scalars(select(Webhook).order_by(Webhook.id)).all()
    return [Line(webhook, count_waiting(session, webhook)) for webhook in found]


def webhook_by_reference(session: Session, reference: str, *, lock: bool = False) -> Webhook:
    """The one with this random id, as it is now; :class:`NotFound`."""
    wanted = select(Webhook).where(Webhook.reference == reference)
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def count_waiting(session: Session, webhook: Webhook) -> int:
    """How many events wait for it, up to :data:`MOST`."""
    theirs = select(WebhookEvent.id).where(WebhookEvent.webhook_id == webhook.id).limit(MOST)
    return session.scalar(select(func.count()).select_from(theirs.subquery())) or 0


def hosts_told(session: Session) -> dict[str, list[str]]:
    """The hosts that webhooks lead to, by recipient; paused ones too."""
    hosts: dict[str, set[str]] = {}
    for recipient, url in session.execute(select(Webhook.recipient, Webhook.url)):
        hosts.setdefault(recipient, set()).add(target_of(url).host)
    return {recipient: sorted(names) for recipient, names in hosts.items()}


def paused_by_itself(session: Session) -> Sequence[Webhook]:
    """Those that are sent nothing although nobody decided so."""
    paused = Webhook.paused_at.is_not(None), Webhook.paused_why != Why.OWNER.value
    return session.scalars(select(Webhook).where(*paused).order_by(Webhook.id)).all()
