"""What webhooks are told of. An event is written in the transaction of what it tells of."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import String, Text, bindparam, cast, insert, literal, select

from subscriptions.core import clock
from subscriptions.core.db import BigId, UtcDateTime, new_reference
from subscriptions.core.jobs import wake
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit, after_commit
from subscriptions.newsletters.models import Newsletter
from subscriptions.webhooks.listening import anybody_listens
from subscriptions.webhooks.models import Webhook, WebhookEvent

DELIVER = "webhooks.deliver"


class Kind(StrEnum):
    """What can have happened; also the ``type`` that is sent."""

    CONFIRMED = "subscription.confirmed"
    ENDED = "subscription.ended"
    ANSWERED = "request.answered"
    TEST = "test"


# Those that a webhook can ask for.
OFFERED = (Kind.CONFIRMED, Kind.ENDED, Kind.ANSWERED)


class About(NamedTuple):
    """What an event is about: a subscription by its random id, or nothing in particular."""

    newsletter_id: int | None = None
    subscription: str | None = None


WEBHOOKS, EVENTS = table_of(Webhook), table_of(WebhookEvent)
NEWSLETTERS = table_of(Newsletter)
NEWSLETTER = bindparam("of_newsletter", type_=BigId)
NOW = bindparam("of_now", type_=UtcDateTime)
# Asked of the webhooks that there are, and held until the event is written: one that is being
# deleted meanwhile must not make a confirmation fail.
WRITE = Prepared(
    insert(EVENTS).from_select(
        [
            "webhook_id",
            "reference",
            "type",
            "newsletter",
            "subscription",
            "at",
            "due_at",
            "failures",
        ],
        select(
            WEBHOOKS.c.id,
            bindparam("of_event", type_=String),
            bindparam("of_kind", type_=String),
            select(NEWSLETTERS.c.slug).where(NEWSLETTERS.c.id == NEWSLETTER).scalar_subquery(),
            bindparam("of_subscription", type_=String),
            NOW,
            NOW,
            literal(0),
        )
        .where(
            WEBHOOKS.c.newsletter_id.is_(None) | (WEBHOOKS.c.newsletter_id == NEWSLETTER),
            cast(WEBHOOKS.c.types, Text).like(bindparam("of_types", type_=String)),
        )
        .with_for_update(read=True, key_share=True, of=WEBHOOKS),
    )
)


def tell(unit: Unit, kind: Kind, things: Sequence[About]) -> None:
    """Promise to tell every webhook that asked for it, once the caller's transaction is committed.

    One event for each of ``things``. Where there is no webhook it costs nothing.
    """
    if not things or not anybody_listens():
        return
    now = clock.now()
    rows = [
        {
            "of_event": new_reference(),
            "of_kind": kind.value,
            "of_newsletter": about.newsletter_id,
            "of_subscription": about.subscription,
            "of_now": now,
            "of_types": f'%"{kind.value}"%',
        }
        for about in things
    ]
    WRITE.run_many(unit.connection(), rows)
    after_commit(unit, wake_delivery)


def wake_delivery() -> None:
    """Have the delivery job run soon."""
    wake(DELIVER)
