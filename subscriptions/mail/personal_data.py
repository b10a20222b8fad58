"""How queued mail is exported and erased."""

from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.statements import table_of
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


ERASE = delete(table_of(OutboxMessage)).where(OutboxMessage.subscriber_id == bindparam("person"))


def _erase(session: Session, subscriber_id: int) -> int:
    return session.connection().execute(ERASE, {"person": subscriber_id}).rowcount


CATEGORIES = (Category(MAIL, "Mail that is queued for the person", _export, _erase),)
