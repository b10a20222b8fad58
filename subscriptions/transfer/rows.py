"""Reads an export's rows in batches, each in a short transaction of its own.

One long read would pin SQLite's write-ahead log, and with it the bytes of everybody who is erased
meanwhile. A batch is a range of ids rather than a LIMIT: the index on newsletter, status and id
then yields every status of the range at once, and nobody who changes status is passed over.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from subscriptions.subscribers.consent import OPT_IN
from subscriptions.subscribers.models import (
    ConsentRecord,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.states import Status
from subscriptions.transfer.selection import Choice, Selection

BATCH = 5_000  # ids of one range

STATES = {
    Choice.ACTIVE: (Status.ACTIVE,),
    Choice.PAUSED: (Status.ACTIVE,),
    Choice.PENDING: (Status.PENDING,),
    Choice.ALL: (Status.ACTIVE, Status.PENDING),
}


def read_batches(
    engine: Engine, selection: Selection, today: date
) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of the selection in the order of their ids, some thousands at a time.

    A row is: reference, epoch, address, status, ids of topics joined with commas, frequency,
    locale, the two moments as ISO 8601, form's id, wording's hash, profile fields.
    """
    next_id, rows = _next_id(selection), None
    last = 0
    while True:
        with engine.connect() as connection:
            first = connection.scalar(next_id, {"last": last})
            if first is None:
                return
            if rows is None:
                rows = _rows(selection, today, connection)
            last = first + BATCH - 1
            batch = connection.execute(rows, {"first": first, "final": last}).all()
            _forget_pages(connection)
        yield batch


def _forget_pages(connection: Connection) -> None:
    """A passing export must not fill SQLite's page cache with a million people."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA shrink_memory")


def _next_id(selection: Selection) -> Select[Any]:
    """The smallest id after ``last``: jumps over ids of other newsletters and of the erased."""
    heads = [
        select(func.min(Subscription.id).label("id")).where(
            Subscription.newsletter_id == selection.newsletter_id,
            Subscription.status == status.value,
            Subscription.id > bindparam("last"),
        )
        for status in STATES[selection.choice]
    ]
    either = union_all(*heads).subquery()
    return select(func.min(either.c.id))


def _rows(selection: Selection, today: date, connection: Connection) -> Select[Any]:
    paused = Subscription.paused_until > today
    moment = MOMENTS[connection.dialect.name]
    statement = (
        select(
            Subscription.reference,
            Subscription.epoch,
            Subscriber.address,
            case(
                (Subscription.status == Status.PENDING.value, Choice.PENDING.value),
                (paused, Choice.PAUSED.value),
                else_=Choice.ACTIVE.value,
            ),
            _topics(),
            Subscription.frequency,
            Subscription.locale,
            moment(Subscription.requested_at),
            moment(Subscription.confirmed_at),
            Subscription.form_id,
            _wording(),
            *(getattr(Profile, name) for name in selection.fields),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Profile, Profile.subscription_id == Subscription.id)
        .where(
            Subscription.newsletter_id == selection.newsletter_id,
            Subscription.status.in_([status.value for status in STATES[selection.choice]]),
            Subscription.id.between(bindparam("first"), bindparam("final")),
            Subscription.restricted_at.is_(None),
        )
        .order_by(Subscription.id)
    )
    if selection.choice is Choice.PAUSED:
        statement = statement.where(paused)
    if selection.choice is Choice.ACTIVE:
        statement = statement.where(Subscription.paused_until.is_(None) | ~paused)
    if selection.topic_id is not None:
        statement = statement.where(_has_topic(selection.topic_id))
    return statement


def _topics() -> ColumnElement[str]:
    joined = func.aggregate_strings(cast(SubscriptionTopic.topic_id, String), ",")
    return (
        select(joined).where(SubscriptionTopic.subscription_id == Subscription.id).scalar_subquery()
    )


def _has_topic(topic_id: int) -> ColumnElement[bool]:
    return (
        select(SubscriptionTopic.topic_id)
        .where(
            SubscriptionTopic.subscription_id == Subscription.id,
            SubscriptionTopic.topic_id == topic_id,
        )
        .exists()
    )


def _wording() -> ColumnElement[str]:
    return (
        select(ConsentRecord.wording_hash)
        .where(ConsentRecord.subscription_id == Subscription.id, ConsentRecord.step.in_(OPT_IN))
        .order_by(ConsentRecord.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _sqlite_moment(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return func.strftime("%Y-%m-%dT%H:%M:%SZ", column)


def _postgresql_moment(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')


# Made into text by the database, which is several times as fast as Python at it.
MOMENTS = {"sqlite": _sqlite_moment, "postgresql": _postgresql_moment}
