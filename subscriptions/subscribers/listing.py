"""What operators see of subscribers: the list of a newsletter, and one person's record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, collate, exists, select, union_all
from sqlalchemy.orm import Session

from subscriptions.core.addresses import address_key
from subscriptions.core.errors import NotFound
from subscriptions.newsletters.models import SignupForm, Wording
from subscriptions.subscribers.models import (
    ConsentRecord,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.states import Status

PAGE = 50
LAST = "\U0010ffff"  # sorts behind every character of an address


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom to list: any of a newsletter's subscribers, less what does not fit."""

    newsletter_id: int
    address: str = ""
    status: Status | None = None
    topic_id: int | None = None


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
class ConsentStep:
    """One consent record, with the text that was agreed to."""

    step: str
    at: datetime
    source: str
    wording: str
    wording_hash: str
    topics: Sequence[str]
    locale: str
    client_address: str | None
    user_agent: str | None
    mail_reference: str | None
    mail_at: datetime | None
    mail_hash: str | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class SubscriberRecord:
    """A person as one newsletter knows them. ``newsletter_ids`` are those of all they have."""

    subscription: Subscription
    address: str
    profile: dict[str, str]
    form_slug: str | None
    consent: Sequence[ConsentStep]
    newsletter_ids: Sequence[int]


LIST = select(
    Subscription.id,
    Subscription.reference,
    Subscriber.address,
    Subscription.status,
    Subscription.requested_at,
    Subscription.confirmed_at,
).join(Subscriber, Subscriber.id == Subscription.subscriber_id)


def list_subscribers(session: Session, wanted: Filter, before: int | None = None) -> list[Listed]:
    """One page and one more, newest first; ``before`` is the last id of the page before.

    Those whose address begins with something are listed by address.
    """
    if prefix := address_key(wanted.address.strip()):
        return _listed(session, _by_address(session, wanted, prefix))
    # One status at a time, each newest first by its index: all of them together would be sorted.
    pages = (_newest(wanted, status, before).subquery() for status in _statuses(wanted))
    ids = union_all(*(select(page.c.id) for page in pages))
    newest_first = LIST.where(Subscription.id.in_(ids)).order_by(Subscription.id.desc())
    return _listed(session, newest_first)


def _listed(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Listed]:
    return [Listed(**row._asdict()) for row in session.execute(statement.limit(PAGE + 1))]


def _statuses(wanted: Filter) -> Iterable[Status]:
    return (wanted.status,) if wanted.status else Status


def _newest(wanted: Filter, status: Status, before: int | None) -> Select[Any]:
    """The ids of a page of one status. Where a topic is wanted, what there is less of leads."""
    stands = Subscription.status == status.value
    chosen = SubscriptionTopic.topic_id == wanted.topic_id
    if wanted.topic_id is not None and status is Status.ACTIVE:
        by: ColumnElement[int] = SubscriptionTopic.subscription_id.expression
        ids = select(by.label("id")).join(Subscription, Subscription.id == by).where(chosen, stands)
    else:
        by = Subscription.id.expression
        ids = select(by).where(Subscription.newsletter_id == wanted.newsletter_id, stands)
        if wanted.topic_id is not None:
            ids = ids.where(exists().where(SubscriptionTopic.subscription_id == by, chosen))
    if before is not None:
        ids = ids.where(by < before)
    return ids.order_by(by.desc()).limit(PAGE + 1)


def _by_address(session: Session, wanted: Filter, prefix: str) -> Select[*tuple[Any, ...]]:
    # A range, because LIKE can't use an index on either database as they are set up.
    byte_order = "BINARY" if session.get_bind().dialect.name == "sqlite" else "C"
    key = collate(Subscriber.address_key, byte_order)
    # A sum, so that SQLite reads the range of addresses and not the newsletter's whole index.
    own = (Subscription.newsletter_id + 0) == wanted.newsletter_id
    statement = LIST.where(own, key >= prefix, key < prefix + LAST)
    if wanted.status:
        statement = statement.where(Subscription.status == wanted.status.value)
    if wanted.topic_id is not None:
        chosen = SubscriptionTopic.topic_id == wanted.topic_id
        statement = statement.where(
            exists().where(SubscriptionTopic.subscription_id == Subscription.id, chosen)
        )
    return statement.order_by(key)


def subscriber_record(session: Session, newsletter_id: int, reference: str) -> SubscriberRecord:
    """Everything the newsletter holds of a person, or :class:`NotFound`."""
    row = session.execute(
        select(Subscription, Subscriber.address, SignupForm.slug)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(SignupForm, SignupForm.id == Subscription.form_id)
        .where(Subscription.newsletter_id == newsletter_id, Subscription.reference == reference)
    ).one_or_none()
    if row is None:
        raise NotFound
    subscription, address, form_slug = row
    return SubscriberRecord(
        subscription=subscription,
        address=address,
        profile=profile_of(session, subscription.id),
        form_slug=form_slug,
        consent=consent_steps(session, subscription.id),
        newsletter_ids=newsletters_of(session, subscription.subscriber_id),
    )


def newsletters_of(session: Session, subscriber_id: int) -> Sequence[int]:
    """The newsletters that a person has subscriptions to."""
    return session.scalars(
        select(Subscription.newsletter_id).where(Subscription.subscriber_id == subscriber_id)
    ).all()


def profile_of(session: Session, subscription_id: int) -> dict[str, str]:
    """What somebody told one newsletter beside the address, without what is empty."""
    profile = session.get(Profile, subscription_id, populate_existing=True)
    if profile is None:
        return {}
    columns = (column.key for column in Profile.__table__.columns if "personal_data" in column.info)
    return {name: value for name in columns if (value := getattr(profile, name))}


def consent_steps(session: Session, subscription_id: int) -> Sequence[ConsentStep]:
    """The recorded steps of one subscription, oldest first."""
    rows = session.execute(
        select(
            ConsentRecord.step,
            ConsentRecord.at,
            ConsentRecord.source,
            Wording.text.label("wording"),
            Wording.hash.label("wording_hash"),
            ConsentRecord.topics,
            ConsentRecord.locale,
            ConsentRecord.client_address,
            ConsentRecord.user_agent,
            ConsentRecord.mail_reference,
            ConsentRecord.mail_at,
            ConsentRecord.mail_hash,
            ConsentRecord.evidence,
        )
        .join(Wording, Wording.hash == ConsentRecord.wording_hash)
        .where(ConsentRecord.subscription_id == subscription_id)
        .order_by(ConsentRecord.id)
    )
    return [ConsentStep(**row._asdict()) for row in rows]
