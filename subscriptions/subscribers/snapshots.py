"""The anonymous snapshots: how many subscriptions there are, counted in the background.

Counting a million takes a second, which no page has; and what is counted once a day stays true
after people are erased.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from huey import crontab
from sqlalchemy import BindParameter, bindparam, delete, func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.jobs import Job
from subscriptions.core.statements import table_of, upsert
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.models import Newsletter, SignupForm, Topic
from subscriptions.subscribers.models import Snapshot, Subscription, SubscriptionTopic
from subscriptions.subscribers.states import Status

BATCH = 20_000  # ids looked at in one read: some ten milliseconds
FEWEST = 5  # fewer than so many could single somebody out
TAKE = "subscribers.snapshot"


class Kind(StrEnum):
    """What subscriptions are told apart by."""

    STATUS = "status"
    FORM = "form"
    LANGUAGE = "language"
    TOPIC = "topic"


class Mark(NamedTuple):
    """What some subscriptions of a newsletter have in common."""

    newsletter_id: int
    kind: Kind
    name: str


SUBSCRIPTIONS, CHOICES = table_of(Subscription), table_of(SubscriptionTopic)
LOW: BindParameter[int] = bindparam("low")
HIGH: BindParameter[int] = bindparam("high")
STANDING = (
    select(
        SUBSCRIPTIONS.c.newsletter_id,
        SUBSCRIPTIONS.c.status,
        func.coalesce(SignupForm.slug, ""),
        SUBSCRIPTIONS.c.locale,
        func.count(),
    )
    .outerjoin(SignupForm, SignupForm.id == SUBSCRIPTIONS.c.form_id)
    .where(SUBSCRIPTIONS.c.id > LOW, SUBSCRIPTIONS.c.id <= HIGH)
    .group_by(SUBSCRIPTIONS.c.newsletter_id, SUBSCRIPTIONS.c.status)
    .group_by(SignupForm.slug, SUBSCRIPTIONS.c.locale)
)
CHOSEN = (
    select(Topic.newsletter_id, Topic.slug, func.count())
    .select_from(CHOICES)
    .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == CHOICES.c.subscription_id)
    .join(Topic, Topic.id == CHOICES.c.topic_id)
    .where(CHOICES.c.subscription_id > LOW, CHOICES.c.subscription_id <= HIGH)
    .where(SUBSCRIPTIONS.c.status == Status.ACTIVE.value)
    .group_by(Topic.newsletter_id, Topic.slug)
)
WRITE = upsert(
    Snapshot,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["day", "newsletter_id", "kind", "name"],
        set_={"number": insert.excluded.number, "counted_at": insert.excluded.counted_at},
    ),
)


def take_snapshot() -> None:
    """Count everybody in short reads, then write the figures of the day in one transaction.

    Any number of times a day: the last count stays.
    """
    numbers: Counter[Mark] = Counter()
    for low in range(0, _highest(), BATCH):
        numbers.update(_counted(low, low + BATCH))
    now = clock.now()
    with unit_of_work() as session:
        here = session.scalars(select(Newsletter.id)).all()
        zeros = {Mark(n, Kind.STATUS, s): 0 for n in here for s in (Status.ACTIVE, Status.PENDING)}
        _write(session, {**zeros, **numbers}, now)


def _highest() -> int:
    highest = current_session().scalar(select(func.max(SUBSCRIPTIONS.c.id)))
    current_session().commit()  # a snapshot that stays open would keep SQLite's log from emptying
    return highest or 0


def _counted(low: int, high: int) -> Counter[Mark]:
    numbers: Counter[Mark] = Counter()
    for mark, number in _rows(current_session(), {"low": low, "high": high}):
        numbers[mark] += number
    current_session().commit()
    return numbers


def _rows(session: Session, ids: Mapping[str, int]) -> Iterator[tuple[Mark, int]]:
    for newsletter, status, form, language, number in session.execute(STANDING, ids):
        yield Mark(newsletter, Kind.STATUS, status), number
        if status == Status.ACTIVE:
            yield Mark(newsletter, Kind.FORM, form), number
            yield Mark(newsletter, Kind.LANGUAGE, language), number
    for newsletter, topic, number in session.execute(CHOSEN, ids):
        yield Mark(newsletter, Kind.TOPIC, topic), number


def _write(session: Session, numbers: Mapping[Mark, int], now: datetime) -> None:
    connection = session.connection()
    for mark in sorted(numbers):  # in one order, so that two workers don't wait for each other
        row = {
            "day": now.date(),
            **mark._asdict(),
            "number": _told(mark.kind, numbers[mark]),
            "counted_at": now,
        }
        WRITE.run(connection, row)
    today = Snapshot.day == now.date()
    session.execute(delete(Snapshot).where(today, Snapshot.counted_at < now))


def _told(kind: Kind, number: int) -> int | None:
    return None if kind is not Kind.STATUS and number < FEWEST else number


JOBS = (Job(TAKE, take_snapshot, every=crontab(minute="*/15")),)
