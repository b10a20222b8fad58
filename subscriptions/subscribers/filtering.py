"""Which of a newsletter's subscribers: one filter for lists, segments, exports and bulk changes.

A filter names no person and holds no address, so that it may stand in a URL and be kept. Topics and
forms go by their slugs, which never change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import InstrumentedAttribute

from subscriptions.core import clock
from subscriptions.newsletters.editing import form_of, topic_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.models import Subscription, SubscriptionTopic
from subscriptions.subscribers.states import Status

NO_FORM = "-"  # no slug: who was imported came by no form
DAYS = ("requested_from", "requested_until", "confirmed_from", "confirmed_until")
OF_SIGN_UP = ("form", "language", *DAYS)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom somebody asks for; what is None does not matter.

    ``topic`` and ``form`` are slugs, ``form`` may be :data:`NO_FORM`. Both days of a range belong
    to it, in UTC.
    """

    status: Status | None = None
    topic: str | None = None
    form: str | None = None
    language: str | None = None
    requested_from: date | None = None
    requested_until: date | None = None
    confirmed_from: date | None = None
    confirmed_until: date | None = None
    restricted: bool | None = None
    paused: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """The filter as it is kept: only what matters."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return {n: v.isoformat() if isinstance(v, date) else _plain(v) for n, v in given.items()}

    def of_sign_up(self) -> "Filter":
        """The part that says how people came; the rest is what they have chosen since."""
        return Filter(**{name: getattr(self, name) for name in OF_SIGN_UP})

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The filter that was kept so."""
        values = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        days = {name: date.fromisoformat(values[name]) for name in DAYS if name in values}
        status = {"status": Status(values["status"])} if "status" in values else {}
        return cls(**{**values, **days, **status})


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


@dataclass(frozen=True, slots=True)
class Criteria:
    """A filter as the database is asked for it. ``rest`` is what no index leads to."""

    newsletter_id: int
    statuses: tuple[Status, ...]
    topic_id: int | None
    rest: tuple[ColumnElement[bool], ...]

    def has_topic(self) -> ColumnElement[bool] | None:
        """That a subscription has the topic, if one is wanted."""
        if self.topic_id is None:
            return None
        of = SubscriptionTopic.subscription_id == Subscription.id
        return exists().where(of, SubscriptionTopic.topic_id == self.topic_id)

    def beyond_status(self) -> Iterator[ColumnElement[bool]]:
        """Everything but newsletter and status, as conditions on a subscription."""
        chosen = self.has_topic()
        if chosen is not None:
            yield chosen
        yield from self.rest


def criteria_of(newsletter: Newsletter, wanted: Filter) -> Criteria:
    """What to ask the database; :class:`NotFound` for a topic or form that there is not."""
    return Criteria(
        newsletter.id,
        (wanted.status,) if wanted.status else tuple(Status),
        topic_of(newsletter, wanted.topic).id if wanted.topic else None,
        tuple(_rest(newsletter, wanted)),
    )


def _rest(newsletter: Newsletter, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    if wanted.form == NO_FORM:
        yield Subscription.form_id.is_(None)
    elif wanted.form:
        yield Subscription.form_id == form_of(newsletter, wanted.form).id
    if wanted.language:
        yield Subscription.locale == wanted.language
    yield from _within(Subscription.requested_at, wanted.requested_from, wanted.requested_until)
    yield from _within(Subscription.confirmed_at, wanted.confirmed_from, wanted.confirmed_until)
    if wanted.restricted is not None:
        restricted = Subscription.restricted_at
        yield restricted.is_not(None) if wanted.restricted else restricted.is_(None)
    if wanted.paused is not None:
        yield _paused(wanted.paused)


def _paused(wanted: bool) -> ColumnElement[bool]:
    until, today = Subscription.paused_until, clock.today()
    return until > today if wanted else or_(until.is_(None), until <= today)


def _within(
    column: InstrumentedAttribute[Any], first: date | None, last: date | None
) -> Iterator[ColumnElement[bool]]:
    if first:
        yield column >= _midnight(first)
    if last and last < date.max:
        yield column < _midnight(last + ONE_DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
