"""How queued mail is exported and erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.statements import DeleteOf, table_of
from subscriptions.core.transactions import Unit
from subscriptions.core.words import mark
from subscriptions.mail.models import MAIL, OutboxMessage


def _export(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(OutboxMessage).where(OutboxMessage.subscriber_id == subscriber_id)
    )
    return [
        {
            "template": message.template,
            "recipient": message.recipient,
            "context": _without_links(message.context),
            "created_at": message.created_at,
            "dead_at": message.dead_at,
        }
        for message in rows
    ]


def _without_links(context: dict[str, Any]) -> dict[str, Any]:
    # They open things for whoever has them, and a copy of one's data gets passed on.
    return {name: value for name, value in context.items() if not name.endswith("_url")}


OUTBOX = table_of(OutboxMessage)
ERASE = DeleteOf(lambda theirs: delete(OUTBOX).where(theirs(OUTBOX.c.subscriber_id)))


def _erase(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    return ERASE.run(unit.connection(), subscriber_ids)


CATEGORIES = (Category(MAIL, mark("Mail that is queued for the person"), _export, _erase),)
