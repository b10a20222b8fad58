"""What stays of an address when everything else was erased at the wish of its person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.privacy.requests.models import REQUEST, DataRequest


def outlives_erasure(session: Session, address_key: str) -> dict[str, datetime | None]:
    """The categories of it, and since when their period runs; None for not yet."""
    mine = select(DataRequest.closed_at).where(DataRequest.address_key == address_key)
    closed = session.scalars(mine).all()
    if not closed:
        return {}
    over = [moment for moment in closed if moment]
    return {REQUEST: max(over) if len(over) == len(closed) else None}
