"""Data that belongs to an address, whether or not that is subscribed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.db import Base
from subscriptions.core.statements import table_of
from subscriptions.subscribers.models import Subscriber


def export_of_address(
    session: Session, model: type[Base], subscriber_id: int
) -> Sequence[dict[str, Any]]:
    """The personal columns of every row that has the address of this subscriber, oldest first."""
    table = table_of(model)
    told = [column for column in table.c if "personal_data" in column.info]
    key = select(Subscriber.address_key).where(Subscriber.id == subscriber_id).scalar_subquery()
    rows = session.execute(select(*told).where(table.c.address_key == key).order_by(table.c.id))
    return [row._asdict() for row in rows]
