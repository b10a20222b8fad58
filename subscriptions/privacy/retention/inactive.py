"""The two steps of the clause on inactive people: ask again, and let go of who does not answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.periods import Period
from subscriptions.privacy.policy import Action, Clause, Trigger, current_policy
from subscriptions.privacy.policy.terms import SUBSCRIPTION
from subscriptions.privacy.retention.people import locked, rows_of
from subscriptions.privacy.retention.step import AT, PERSON, Limits, Step
from subscriptions.subscribers.ending import SUBSCRIPTIONS
from subscriptions.subscribers.engagement import ask_again
from subscriptions.subscribers.letting_go import let_go
from subscriptions.subscribers.states import Event, Status

ACTIVE = SUBSCRIPTIONS.c.status == Status.ACTIVE.value
ENGAGED, ASKED = SUBSCRIPTIONS.c.engaged_at, SUBSCRIPTIONS.c.asked_again_at
ANSWERED = or_(ASKED.is_(None), ASKED < ENGAGED)
# A restricted subscription is neither mailed nor erased, and a pause is a wish to stay.
FREE = SUBSCRIPTIONS.c.restricted_at.is_(None)


def _not_paused() -> Any:
    paused = SUBSCRIPTIONS.c.paused_until
    return or_(paused.is_(None), paused <= clock.today())


def _silent() -> Any:
    return and_(ACTIVE, FREE, ANSWERED, _not_paused())


def _unanswered() -> Any:
    return and_(ACTIVE, FREE, ASKED >= ENGAGED, _not_paused())


def _waiting(at: Any, which: Any) -> Select[Any]:
    return select(at.label(AT), SUBSCRIPTIONS.c.subscriber_id.label(PERSON)).where(which)


def _ask(session: Session, before: datetime, size: int) -> int:
    rows = rows_of(session, locked(and_(_silent(), before >= ENGAGED), ENGAGED, size))
    ask_again(session, [row.id for row in rows], _answer_within().after(clock.now()))
    return len(rows)


def _lapse(session: Session, before: datetime, size: int) -> int:
    rows = rows_of(session, locked(and_(_unanswered(), before >= ASKED), ENGAGED, size))
    return let_go(session, rows, Event.LAPSED)


def _answer_within() -> Period:
    clause = current_policy().for_category(SUBSCRIPTION, Trigger.INACTIVE, Action.ASK_AGAIN)
    return clause.answer_within or Period() if clause else Period()


def _until_asked(clause: Clause) -> Limits:
    return Limits(clause.acts_after, clause.acts_after)


def _until_answered(clause: Clause) -> Limits:
    within = clause.answer_within or Period()
    return Limits(within, within)


ASK = Step(lambda: _waiting(ENGAGED, _silent()), _ask, _until_asked, erases=False)
LAPSE = Step(lambda: _waiting(ASKED, _unanswered()), _lapse, _until_answered)
