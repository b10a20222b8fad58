"""Reads an export's rows in batches, each in a short transaction of its own.

One long read would pin SQLite's write-ahead log, and with it the bytes of everybody who is erased
meanwhile. A batch is a range of ids rather than a LIMIT: the index on newsletter, status and id
then yields every status of the range at once, and nobody who changes status is passed over.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from operator import itemgetter
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
    null,
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

    A row is: id, reference, epoch, address, status, ids of topics joined with commas, frequency,
    locale, the two moments as ISO 8601, form's id, wording's hash, profile fields. What belongs to
    no column that was chosen is None.
    """
    ranges = Ranges(selection, today)
    last = 0
    while True:
        with engine.connect() as connection:
            first = ranges.next_id(connection, last)
            if first is None:
                return
            last = first + BATCH - 1
            batch = ranges.rows(connection, first, last)
            forget_pages(connection)
        yield batch


class Ranges:
    """Reads a selection by ranges of ids."""

    def __init__(self, selection: Selection, today: date) -> None:
        self._selection, self._today = selection, today
        self._next_id = _next_id(selection)
        self._rows: Select[Any] | None = None

    def next_id(self, connection: Connection, after: int) -> int | None:
        """The smallest id after this one at which there may be a row."""
        found: int | None = connection.scalar(self._next_id, {"last": after})
        return found

    def rows(
        self, connection: Connection, first: int, last: int, *, lock: bool = False
    ) -> Sequence[Sequence[Any]]:
        """The rows from one id to another, both included, in their order.

        With ``lock``, nobody of them leaves until the transaction ends; who leaves is waited for.
        """
        if self._rows is None:
            self._rows = _rows(self._selection, self._today, connection)
        limits = {"first": first, "final": last}
        if not lock:
            return connection.execute(self._rows, limits).all()
        # Locked in the order of people, in which whoever changes many of them locks them too.
        locking = self._rows.order_by(None).order_by(Subscriber.id)
        locking = locking.with_for_update(read=True, of=[Subscriber, Subscription])
        return sorted(connection.execute(locking, limits), key=itemgetter(0))

    def candidates(self, connection: Connection, at_most: int) -> int:
        """How many rows there are before the rest of the filter; reads no more than ``at_most``."""
        heads = (
            select(Subscription.id).where(
                Subscription.newsletter_id == self._selection.newsletter_id,
                Subscription.status == status.value,
            )
            for status in STATES[self._selection.choice]
        )
        either = union_all(*heads).limit(at_most).subquery()
        return connection.scalar(select(func.count()).select_from(either)) or 0

    def count(self, connection: Connection, at_most: int) -> int:
        """How many rows there are, not counted beyond ``at_most``."""
        fitting = _fitting(select(Subscription.id), self._selection, self._today).limit(at_most)
        return connection.scalar(select(func.count()).select_from(fitting.subquery())) or 0


def forget_pages(connection: Connection) -> None:
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
    read = _columns(today, MOMENTS[connection.dialect.name])
    statement = (
        select(
            Subscription.id,
            Subscription.reference,
            Subscription.epoch,
            *(column if name in selection.header else null() for name, column in read.items()),
            *(getattr(Profile, name) for name in selection.fields),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Profile, Profile.subscription_id == Subscription.id)
        .where(Subscription.id.between(bindparam("first"), bindparam("final")))
        .order_by(Subscription.id)
    )
    return _fitting(statement, selection, today)


def _columns(today: date, moment: Callable[[Any], ColumnElement[str]]) -> dict[str, Any]:
    """What is read for each column but the links and the profile."""
    return {
        "email": Subscriber.address,
        "status": case(
            (Subscription.status == Status.PENDING.value, Choice.PENDING.value),
            (Subscription.paused_until > today, Choice.PAUSED.value),
            else_=Choice.ACTIVE.value,
        ),
        "topics": _topics(),
        "frequency": Subscription.frequency,
        "locale": Subscription.locale,
        "requested_at": moment(Subscription.requested_at),
        "confirmed_at": moment(Subscription.confirmed_at),
        "source_form": Subscription.form_id,
        "consent_wording": _wording(),
    }


def _fitting(statement: Select[Any], selection: Selection, today: date) -> Select[Any]:
    """The statement for those alone whom the selection takes."""
    paused = Subscription.paused_until > today
    statement = statement.where(
        Subscription.newsletter_id == selection.newsletter_id,
        Subscription.status.in_([status.value for status in STATES[selection.choice]]),
        Subscription.restricted_at.is_(None),
    )
    if selection.choice is Choice.PAUSED:
        statement = statement.where(paused)
    if selection.choice is Choice.ACTIVE:
        statement = statement.where(Subscription.paused_until.is_(None) | ~paused)
    if selection.topic_id is not None:
        statement = statement.where(_has_topic(selection.topic_id))
    return statement.where(*selection.rest)


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
