"""Sign-up: the same statements and the same answer for every address.

What differs between a new, a pending and a confirmed address is the mail. A confirmed address
costs what a new one costs: the rows of a new subscription are written and taken back, so that the
answer's time doesn't tell either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.db import new_reference
from subscriptions.newsletters.queries import TopicChoice
from subscriptions.subscribers.consent import (
    REQUESTED,
    Evidence,
    forget_request,
    record_consent,
)
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.mails import (
    Recipient,
    Sender,
    send_already_subscribed,
    send_confirmation,
)
from subscriptions.subscribers.models import (
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.states import Event, Status, after

MAIL_GAP = timedelta(minutes=10)
MAILS_PER_DAY = 3
EVERY_ISSUE = "every"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for: to receive this newsletter under this wording."""

    sender: Sender
    form_id: int | None
    wording_hash: str
    topics: Sequence[TopicChoice]
    profile: Mapping[str, str] = field(default_factory=dict)

    @property
    def newsletter_id(self) -> int:
        """The newsletter asked for."""
        return self.sender.newsletter_id


class Known(NamedTuple):
    """What is there already of a subscription that is asked for again."""

    id: int
    subscriber_id: int
    address: str
    reference: str
    epoch: int
    status: str
    locale: str
    restricted_at: datetime | None
    mailed_at: datetime | None
    mails_on: date | None
    mails: int


def request_subscription(
    session: Session, address: Address, request: Request, evidence: Evidence
) -> None:
    """Take a sign-up: a pending subscription, its consent record and its mail.

    An address that is pending gets its request replaced and, under the cap, its mail again; one
    that is active keeps what it has and is told by mail. Returns nothing on purpose: a caller has
    no way to answer differently.
    """
    subscriber_id = _upsert_subscriber(session, address)
    reference = new_reference()
    created = _insert_subscription(session, subscriber_id, reference, request, evidence)
    if created is not None:
        _fill(session, created, request, evidence)
        recipient = Recipient(subscriber_id, address.display, reference, 0, evidence.locale)
        send_confirmation(session, request.sender, recipient, _titles(request))
        count(session, request.newsletter_id, Event.REQUESTED)
        return
    known = _known(session, subscriber_id, request.newsletter_id)
    if known.status == Status.ACTIVE:
        _spend_the_time_of_a_new_one(session, known.id, request, evidence)
        _tell_active(session, known, request)
    else:
        _renew(session, known, request, evidence)


def _upsert_subscriber(session: Session, address: Address) -> int:
    statement = (
        _dialect(session)
        .insert(Subscriber)
        .values(address=address.display, address_key=address.key, created_at=clock.now())
    )
    return int(
        session.execute(
            # Setting the key to itself returns the row, and locks it against an erasure.
            statement.on_conflict_do_update(
                index_elements=["address_key"], set_={"address_key": address.key}
            ).returning(Subscriber.id)
        ).scalar_one()
    )


def _insert_subscription(
    session: Session, subscriber_id: int, reference: str, request: Request, evidence: Evidence
) -> int | None:
    now = clock.now()
    statement = (
        _dialect(session)
        .insert(Subscription)
        .values(
            reference=reference,
            epoch=0,
            subscriber_id=subscriber_id,
            newsletter_id=request.newsletter_id,
            form_id=request.form_id,
            status=Status.PENDING.value,
            locale=evidence.locale,
            frequency=EVERY_ISSUE,
            requested_at=now,
            mailed_at=now,
            mails_on=now.date(),
            mails=1,
        )
    )
    created: int | None = session.execute(
        statement.on_conflict_do_nothing(
            index_elements=["subscriber_id", "newsletter_id"]
        ).returning(Subscription.id)
    ).scalar_one_or_none()
    return created


def _fill(session: Session, subscription_id: int, request: Request, evidence: Evidence) -> None:
    if request.topics:
        session.execute(
            insert(SubscriptionTopic),
            [{"subscription_id": subscription_id, "topic_id": t.id} for t in request.topics],
        )
    if request.profile:
        session.execute(insert(Profile).values(subscription_id=subscription_id, **request.profile))
    slugs = [topic.slug for topic in request.topics]
    record_consent(session, subscription_id, REQUESTED, request.wording_hash, slugs, evidence)


def _known(session: Session, subscriber_id: int, newsletter_id: int) -> Known:
    # The stored address, not the one typed now: links must not follow another spelling of it.
    found = session.execute(
        select(
            Subscription.id,
            Subscription.subscriber_id,
            Subscriber.address,
            Subscription.reference,
            Subscription.epoch,
            Subscription.status,
            Subscription.locale,
            Subscription.restricted_at,
            Subscription.mailed_at,
            Subscription.mails_on,
            Subscription.mails,
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.subscriber_id == subscriber_id,
            Subscription.newsletter_id == newsletter_id,
        )
    ).one()
    return Known(*found)


def _renew(session: Session, known: Known, request: Request, evidence: Evidence) -> None:
    """Replace a pending request, or begin an ended subscription anew under a new epoch."""
    again = known.status == Status.ENDED
    epoch = known.epoch + 1 if again else known.epoch
    session.execute(
        update(Subscription)
        .where(Subscription.id == known.id)
        .values(
            status=after(Status(known.status), Event.REQUESTED).value,
            epoch=epoch,
            form_id=request.form_id,
            locale=evidence.locale,
            requested_at=clock.now(),
            ended_at=None,
        )
    )
    for table in (SubscriptionTopic, Profile):
        session.execute(delete(table).where(table.subscription_id == known.id))
    forget_request(session, known.id)
    _fill(session, known.id, request, evidence)
    if again:
        count(session, request.newsletter_id, Event.REQUESTED)
    if _may_mail(session, known):
        recipient = Recipient(
            known.subscriber_id, known.address, known.reference, epoch, evidence.locale
        )
        send_confirmation(session, request.sender, recipient, _titles(request))


def _tell_active(session: Session, known: Known, request: Request) -> None:
    if known.restricted_at is None and _may_mail(session, known):
        recipient = Recipient(
            known.subscriber_id, known.address, known.reference, known.epoch, known.locale
        )
        send_already_subscribed(session, request.sender, recipient)


def _may_mail(session: Session, known: Known) -> bool:
    """Whether the cap allows another mail now; if so it is counted."""
    now = clock.now()
    sent_today = known.mails if known.mails_on == now.date() else 0
    if sent_today >= MAILS_PER_DAY or (known.mailed_at and now - known.mailed_at < MAIL_GAP):
        return False
    session.execute(
        update(Subscription)
        .where(Subscription.id == known.id)
        .values(mailed_at=now, mails_on=now.date(), mails=sent_today + 1)
    )
    return True


def _spend_the_time_of_a_new_one(
    session: Session, subscription_id: int, request: Request, evidence: Evidence
) -> None:
    with session.begin_nested() as savepoint:
        forget_request(session, subscription_id)
        _fill(session, _decoy(session, request, evidence), request, evidence)
        count(session, request.newsletter_id, Event.REQUESTED)
        savepoint.rollback()


def _decoy(session: Session, request: Request, evidence: Evidence) -> int:
    name = new_reference()
    subscriber_id = _upsert_subscriber(session, Address(name, name))
    created = _insert_subscription(session, subscriber_id, name, request, evidence)
    if created is None:
        raise RuntimeError("a random id was taken")
    return created


def _titles(request: Request) -> list[str]:
    return [topic.title for topic in request.topics]


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
