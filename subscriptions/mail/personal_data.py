"""How queued mail is exported and erased."""

from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.statements import table_of
from subscriptions.mail.models import MAIL, OutboxMessage


def _export(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(OutboxMessage.template, OutboxMessage.created_at, OutboxMessage.dead_at).where(
            OutboxMessage.subscriber_id == subscriber_id
        )
    )
    return [row._asdict() for row in rows]


ERASE = delete(table_of(OutboxMessage)).where(OutboxMessage.subscriber_id == bindparam("person"))


def _erase(session: Session, subscriber_id: int) -> int:
    return session.connection().execute(ERASE, {"person": subscriber_id}).rowcount


CATEGORIES = (Category(MAIL, "Mail that is queued for the person", _export, _erase),)
