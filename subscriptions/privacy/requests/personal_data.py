"""How requests are exported; they are not erased with the person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.transactions import Unit
from subscriptions.core.words import mark
from subscriptions.privacy.of_address import export_of_address
from subscriptions.privacy.requests.models import REQUEST, DataRequest, RequestStep
from subscriptions.subscribers.models import Subscriber


def _export(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    key = select(Subscriber.address_key).where(Subscriber.id == subscriber_id).scalar_subquery()
    steps = session.execute(
        select(RequestStep.step, RequestStep.at, RequestStep.note)
        .join(DataRequest, DataRequest.id == RequestStep.request_id)
        .where(DataRequest.address_key == key)
        .order_by(RequestStep.id)
    )
    requests = export_of_address(session, DataRequest, subscriber_id)
    return [*requests, *(row._asdict() for row in steps)]


def _erase(_unit: Unit, _subscriber_ids: Sequence[int]) -> int:
    """Nothing: what was asked has to be answered, and that it was has to be shown.

    GDPR Articles 5(2), 12(3) and 17(3)(b). It goes by its own clause after it was closed.
    """
    return 0


CATEGORIES = (
    Category(REQUEST, mark("Requests about your data that came by other ways"), _export, _erase),
)
