"""Finds subscribers: a filtered list page by page, those of an address or a name, how many.

The index on newsletter, status and id leads, newest first, or that on topics. What no index leads
to (form, language, days) is looked at row by row, so a page goes through so many people and no
more, and the next one goes on from there: an index for each would cost every sign-up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.orm import Session

from subscriptions.core.addresses import address_key
from subscriptions.core.statements import table_of
from subscriptions.subscribers.filtering import Criteria
from subscriptions.subscribers.models import Profile, Subscriber, Subscription, SubscriptionTopic
from subscriptions.subscribers.states import Status

PAGE = 50
LOOK = 150_000  # people of one status that a page looks at; takes about a tenth of a second
MOST_COUNTED = 10_000
LAST = "\U0010ffff"  # sorts behind every character of an address
name_key = table_of(Profile).c.name_key


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    id: int
    reference: str
    address: str
    status: str
    requested_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page. ``before`` leads to the next one, if there may be one.

    A page that is not full and has a next one has looked far enough: down to the id ``floor``.
    """

    people: Sequence[Listed]
    before: int | None
    floor: int

    @property
    def is_full(self) -> bool:
        """Whether it has as many people as a page may have."""
        return len(self.people) == PAGE


@dataclass(frozen=True, slots=True)
class Count:
    """How many fit; ``more`` says that these were counted and there may be others."""

    number: int
    more: bool


LIST = select(
    Subscription.id,
    Subscription.reference,
    Subscriber.address,
    Subscription.status,
    Subscription.requested_at,
    Subscription.confirmed_at,
).join(Subscriber, Subscriber.id == Subscription.subscriber_id)


def list_people(session: Session, criteria: Criteria, before: int | None = None) -> Found:
    """One page, newest first; ``before`` is that of the page before."""
    floor = floor_of(session, criteria, before) if criteria.rest else 0
    ids = sorted(session.scalars(ids_statement(criteria, before, floor, PAGE + 1)), reverse=True)
    page = ids[:PAGE]
    rows = session.execute(LIST.where(Subscription.id.in_(page)).order_by(Subscription.id.desc()))
    people = [Listed(**row._asdict()) for row in rows]
    if len(ids) > PAGE:
        return Found(people, page[-1], floor)
    return Found(people, floor + 1 if floor else None, floor)


def count_found(session: Session, criteria: Criteria, found: Found) -> Count:
    """How many fit altogether, of a first page: as many as that page looked at, and not many more.

    It stops at :data:`MOST_COUNTED`.
    """
    if found.before is None or not found.is_full:
        return Count(len(found.people), more=found.before is not None)
    ids = ids_statement(criteria, None, found.floor, MOST_COUNTED + 1).subquery()
    number = session.scalar(select(func.count()).select_from(ids)) or 0
    return Count(min(number, MOST_COUNTED), more=number > MOST_COUNTED or found.floor > 0)


def search_people(session: Session, criteria: Criteria, text: str) -> tuple[Sequence[Listed], bool]:
    """Those whose address or name begins so, by address, and whether there are more than a page."""
    found: dict[int, Listed] = {}
    for statement in search_statements(criteria, text, session.get_bind().dialect.name):
        for row in session.execute(statement):
            found[row.id] = Listed(**row._asdict())
    people = sorted(found.values(), key=lambda each: address_key(each.address))
    return people[:PAGE], len(people) > PAGE


def ids_statement(criteria: Criteria, before: int | None, floor: int, most: int) -> Select[Any]:
    """The ids of the newest who fit, up to ``most`` for each status, in no order of their own.

    One status at a time, each by its index: all of them together would be sorted.
    """
    pages = (_newest(criteria, each, before, floor, most).subquery() for each in criteria.statuses)
    either = union_all(*(select(page.c.id) for page in pages)).subquery()
    return select(either.c.id)


def floor_of(session: Session, criteria: Criteria, before: int | None) -> int:
    """The id after the last one that one look goes to, of any status; 0 for the end."""
    floors = (session.scalar(floor_statement(criteria, s, before)) for s in criteria.statuses)
    return max(floor or 0 for floor in floors)


def floor_statement(criteria: Criteria, status: Status, before: int | None) -> Select[Any]:
    """The id after the last one that a page looks at."""
    ids = select(Subscription.id).where(
        Subscription.newsletter_id == criteria.newsletter_id, Subscription.status == status.value
    )
    if before is not None:
        ids = ids.where(Subscription.id < before)
    return ids.order_by(Subscription.id.desc()).offset(LOOK).limit(1)


def search_statements(
    criteria: Criteria, text: str, dialect: str
) -> Iterator[Select[*tuple[Any, ...]]]:
    """A page of those whose address begins so, and of those whose name does."""
    wanted = list(_of_search(criteria, dialect))
    yield _by_address(text).where(*wanted).limit(PAGE + 1)
    yield _by_name(text).where(*wanted).limit(PAGE + 1)


def _newest(
    criteria: Criteria, status: Status, before: int | None, floor: int, most: int
) -> Select[Any]:
    """The ids of one status. Where a topic is wanted, what there is less of leads."""
    stands = Subscription.status == status.value
    if criteria.topic_id is not None and status is Status.ACTIVE:
        by: ColumnElement[int] = SubscriptionTopic.subscription_id.expression
        chosen = SubscriptionTopic.topic_id == criteria.topic_id
        ids = select(by.label("id")).join(Subscription, Subscription.id == by)
        ids = ids.where(chosen, stands, *criteria.rest)
    else:
        by = Subscription.id.expression
        own = Subscription.newsletter_id == criteria.newsletter_id
        ids = select(by).where(own, stands, *criteria.beyond_status())
    if before is not None:
        ids = ids.where(by < before)
    if floor:
        ids = ids.where(by > floor)
    return ids.order_by(by.desc()).limit(most)


def _by_address(text: str) -> Select[*tuple[Any, ...]]:
    key, prefix = Subscriber.address_key, address_key(text)
    return LIST.where(key >= prefix, key < prefix + LAST).order_by(key)


def _by_name(text: str) -> Select[*tuple[Any, ...]]:
    # Both ends are lowered by the database, which has lowered the names.
    first, last = func.lower(text), func.lower(text + LAST)
    statement = LIST.join(Profile, Profile.subscription_id == Subscription.id)
    return statement.where(name_key >= first, name_key < last).order_by(name_key)


def _of_search(criteria: Criteria, dialect: str) -> Iterator[ColumnElement[bool]]:
    of: ColumnElement[int] = Subscription.newsletter_id.expression
    # A sum, so that SQLite reads the range of addresses and not the newsletter's whole index.
    yield (of + 0 if dialect == "sqlite" else of) == criteria.newsletter_id
    if len(criteria.statuses) == 1:
        yield Subscription.status == criteria.statuses[0].value
    yield from criteria.beyond_status()
