"""The steps that let go of people: never confirmed, ended, or left over from a newsletter."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, not_, null, or_, select, update
from sqlalchemy.orm import Session

from subscriptions.core.statements import table_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.privacy.policy import Clause
from subscriptions.privacy.retention.step import AT, PERSON, Limits, Step, limits_of
from subscriptions.subscribers.ending import STANDING, SUBSCRIPTIONS, Standing, end_subscriptions
from subscriptions.subscribers.keeping import Keeps
from subscriptions.subscribers.letting_go import let_go
from subscriptions.subscribers.models import ConsentRecord, Profile, Subscriber
from subscriptions.subscribers.states import Event, Status

SUBSCRIBERS, NEWSLETTERS = table_of(Subscriber), table_of(Newsletter)
RECORDS, PROFILES = table_of(ConsentRecord), table_of(Profile)
PENDING = SUBSCRIPTIONS.c.status == Status.PENDING.value
ENDED = and_(SUBSCRIPTIONS.c.status == Status.ENDED.value, SUBSCRIPTIONS.c.ended_at.is_not(None))
OVER = select(NEWSLETTERS.c.id).where(NEWSLETTERS.c.over_at.is_not(None))
ERASURE_ASKED = and_(ENDED, SUBSCRIPTIONS.c.erasure_asked_at.is_not(None))
# Where an ended subscription was asked for anew, what was recorded before its end goes in its time.
OF_ENDED = and_(
    SUBSCRIPTIONS.c.ended_at.is_not(None), or_(ENDED, RECORDS.c.at <= SUBSCRIPTIONS.c.ended_at)
)


def _subscriptions(at: ColumnElement[Any], which: ColumnElement[bool]) -> Select[Any]:
    return select(at.label(AT), SUBSCRIPTIONS.c.subscriber_id.label(PERSON)).where(which)


def locked(which: ColumnElement[bool], order: ColumnElement[Any], size: int) -> Select[Any]:
    """Up to ``size`` subscriptions, locked: the subscriber's row first, as everywhere."""
    return (
        select(*STANDING)
        .join(SUBSCRIBERS, SUBSCRIBERS.c.id == SUBSCRIPTIONS.c.subscriber_id)
        .where(which)
        .order_by(order)
        .limit(size)
        .with_for_update(of=[SUBSCRIBERS, SUBSCRIPTIONS], skip_locked=True)
    )


def rows_of(session: Session, statement: Select[Any]) -> list[Standing]:
    """What a statement of :func:`locked` finds."""
    return [Standing(*row) for row in session.connection().execute(statement)]


def _never_confirmed(session: Session, before: datetime, size: int) -> int:
    due = and_(PENDING, SUBSCRIPTIONS.c.requested_at <= before)
    rows = rows_of(session, locked(due, SUBSCRIPTIONS.c.requested_at, size))
    let_go(session, [row for row in rows if row.ended_at is None], Event.EXPIRED)
    for row in rows:
        # Asked for anew, and not confirmed: it is again what it was, an ended one.
        if row.ended_at is not None:
            end_subscriptions(session, row.subscriber_id, [row.id], Event.EXPIRED)
    return len(rows)


def _ended(which: ColumnElement[bool], session: Session, before: datetime, size: int) -> int:
    due = and_(which, SUBSCRIPTIONS.c.ended_at <= before)
    return let_go(session, rows_of(session, locked(due, SUBSCRIPTIONS.c.ended_at, size)), None)


def _of_closed(session: Session, before: datetime, size: int) -> int:
    over_at = NEWSLETTERS.c.over_at
    over = select(NEWSLETTERS.c.id).where(over_at.is_not(None), over_at <= before)
    closed = session.connection().scalars(over).all()
    due = and_(SUBSCRIPTIONS.c.newsletter_id.in_(closed), not_(ERASURE_ASKED))
    rows = rows_of(session, locked(due, SUBSCRIPTIONS.c.id, size)) if closed else []
    let_go(session, [row for row in rows if row.ended_at is None], Event.CLOSED)
    for row in rows:
        # A hold that runs outlasts the newsletter: from now on only what is held stays.
        if row.ended_at is not None:
            end_subscriptions(session, row.subscriber_id, [row.id], Event.CLOSED, Keeps.HOLDS)
    return len(rows)


def _closed_since() -> Select[Any]:
    return (
        select(NEWSLETTERS.c.over_at.label(AT), SUBSCRIPTIONS.c.subscriber_id.label(PERSON))
        .join(NEWSLETTERS, NEWSLETTERS.c.id == SUBSCRIPTIONS.c.newsletter_id)
        # SQLite begins with the few newsletters only where it is told which ones.
        .where(
            SUBSCRIPTIONS.c.newsletter_id.in_(OVER),
            NEWSLETTERS.c.over_at.is_not(None),
            not_(ERASURE_ASKED),
        )
    )


def _parts_of_ended(
    table: Table, which: ColumnElement[bool], limits: Callable[[Clause], Limits] = limits_of
) -> Step:
    """A category that goes before the rest of an ended subscription does."""
    (key,) = table.primary_key.columns

    def waiting() -> Select[Any]:
        return _subscriptions(SUBSCRIPTIONS.c.ended_at, which).join(
            table, table.c.subscription_id == SUBSCRIPTIONS.c.id
        )

    def act(session: Session, before: datetime, size: int) -> int:
        due = (
            select(key)
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == table.c.subscription_id)
            .where(which, SUBSCRIPTIONS.c.ended_at <= before)
            .limit(size)
        )
        return session.connection().execute(delete(table).where(key.in_(due))).rowcount

    return Step(waiting, act, limits)


def _client_details() -> Select[Any]:
    return (
        select(RECORDS.c.at.label(AT), SUBSCRIPTIONS.c.subscriber_id.label(PERSON))
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == RECORDS.c.subscription_id)
        .where(RECORDS.c.client_address.is_not(None) | RECORDS.c.user_agent.is_not(None))
    )


def _forget_clients(session: Session, before: datetime, size: int) -> int:
    told = RECORDS.c.client_address.is_not(None) | RECORDS.c.user_agent.is_not(None)
    due = select(RECORDS.c.id).where(told, RECORDS.c.at <= before).limit(size)
    values = {"client_address": null(), "user_agent": null()}
    forget = update(RECORDS).where(RECORDS.c.id.in_(due)).values(values)
    return session.connection().execute(forget).rowcount


def _held(clause: Clause) -> Limits:
    return Limits(clause.hold, clause.hold)


UNCONFIRMED = Step(lambda: _subscriptions(SUBSCRIPTIONS.c.requested_at, PENDING), _never_confirmed)
AFTER_THE_END = Step(
    lambda: _subscriptions(SUBSCRIPTIONS.c.ended_at, ENDED),
    lambda session, before, size: _ended(ENDED, session, before, size),
)
# Their person wants them erased: they stay for as long as they are held, and no longer.
AFTER_THE_HOLD = Step(
    lambda: _subscriptions(SUBSCRIPTIONS.c.ended_at, ERASURE_ASKED),
    lambda session, before, size: _ended(ERASURE_ASKED, session, before, size),
    _held,
)
PROFILE_AFTER_THE_END = _parts_of_ended(PROFILES, ENDED)
CONSENT_AFTER_THE_END = _parts_of_ended(RECORDS, OF_ENDED)
CONSENT_AFTER_THE_HOLD = _parts_of_ended(
    RECORDS, and_(OF_ENDED, SUBSCRIPTIONS.c.erasure_asked_at.is_not(None)), _held
)
NEWSLETTER_CLOSED = Step(_closed_since, _of_closed)
CLIENT_DETAILS = Step(_client_details, _forget_clients)
