"""Every read of recorded requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import NotFound
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.requests.models import DataRequest, RequestStep
from subscriptions.subscribers.models import Subscriber

PAGE = 50
OPEN = DataRequest.closed_at.is_(None)
MOST_OPEN = 500  # on one page; nobody answers more in a month


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many open requests are past their due date, and how many will be soon."""

    overdue: int
    due_soon: int


def open_requests(session: Session) -> Sequence[DataRequest]:
    """What waits for an answer, the most pressing first."""
    waiting = select(DataRequest).where(OPEN).order_by(DataRequest.due_on, DataRequest.id)
    return session.scalars(waiting.limit(MOST_OPEN)).all()


def closed_requests(session: Session, before: int | None = None) -> Sequence[DataRequest]:
    """One page and one more, newest first; ``before`` is the last id of the page before."""
    statement = select(DataRequest).where(~OPEN).order_by(DataRequest.id.desc())
    if before is not None:
        statement = statement.where(DataRequest.id < before)
    return session.scalars(statement.limit(PAGE + 1)).all()


def request_and_steps(
    session: Session, reference: str
) -> tuple[DataRequest, Sequence[RequestStep]]:
    """One request and its timeline, or :class:`NotFound`."""
    found = session.scalar(select(DataRequest).where(DataRequest.reference == reference))
    if found is None:
        raise NotFound
    steps = select(RequestStep).where(RequestStep.request_id == found.id).order_by(RequestStep.id)
    return found, session.scalars(steps).all()


def requests_of(session: Session, subscriber_id: int) -> Sequence[DataRequest]:
    """The requests that were recorded of a subscriber's address."""
    key = select(Subscriber.address_key).where(Subscriber.id == subscriber_id).scalar_subquery()
    theirs = select(DataRequest).where(DataRequest.address_key == key)
    return session.scalars(theirs.order_by(DataRequest.id)).all()


def is_subscribed(session: Session, request: DataRequest) -> bool:
    """Whether anything is held of a subscriber with the address of this request."""
    found = select(Subscriber.id).where(Subscriber.address_key == request.address_key)
    return session.scalar(found) is not None


def count_pressing(session: Session) -> Pressing:
    """What needs attention today."""
    today = clock.today()
    soon = current_policy().requests.remind_before.day_after(today)
    counted = select(func.count()).select_from(DataRequest)
    overdue = session.scalar(counted.where(OPEN, DataRequest.due_on < today)) or 0
    within = session.scalar(counted.where(OPEN, DataRequest.due_on <= soon)) or 0
    return Pressing(overdue, within - overdue)
