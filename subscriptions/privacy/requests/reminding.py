"""Reminders of requests that are due soon, and of those that are overdue: one mail for each."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from subscriptions.core import clock
from subscriptions.core.words import mark
from subscriptions.operators.notices import Notice, tell_owners
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.requests.models import DataRequest
from subscriptions.privacy.requests.operations import add_step
from subscriptions.privacy.requests.queries import OPEN
from subscriptions.privacy.requests.terms import Step

BATCH = 200
PAGE = "requests"
DUE_SOON = Notice(
    mark("A data request is due soon"),
    mark("One data request is due soon and waits for an answer."),
    mark("%(num)d data requests are due soon and wait for an answer."),
    PAGE,
)
OVERDUE = Notice(
    mark("A data request is overdue"),
    mark("One data request is overdue: its time to be answered is over."),
    mark("%(num)d data requests are overdue: their time to be answered is over."),
    PAGE,
)


def remind_of_requests(session: Session) -> None:
    """Tell owners once before a request is due, as the policy says, and once when it is overdue."""
    today = clock.today()
    soon = current_policy().requests.remind_before.day_after(today)
    due = DataRequest.due_on
    _tell(session, OVERDUE, Step.OVERDUE, DataRequest.overdue_told_at, due < today)
    _tell(session, DUE_SOON, Step.REMINDED, DataRequest.reminded_at, due.between(today, soon))


def _tell(
    session: Session,
    notice: Notice,
    step: Step,
    told_at: InstrumentedAttribute[object],
    which: ColumnElement[bool],
) -> None:
    found = session.scalars(
        select(DataRequest)
        .where(OPEN, told_at.is_(None), which)
        .order_by(DataRequest.due_on)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for request in found:
        setattr(request, told_at.key, clock.now())
        add_step(session, request, step)
    if found:
        tell_owners(session, notice, len(found))
