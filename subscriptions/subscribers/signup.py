"""Sign-up: the same statements and the same answer for every address.

What differs between a new, a pending and a confirmed address is the mail. An address that is
confirmed and gets no mail costs what a new one costs: the rows of a new subscription are written
and taken back, so that the answer's time doesn't tell either. So is the mail to an address that is
new to a newsletter and had enough of them today.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.db import new_reference
from subscriptions.core.statements import Prepared, table_of, upsert
from subscriptions.core.transactions import Unit
from subscriptions.newsletters.shown import TopicChoice
from subscriptions.subscribers.consent import (
    REQUESTED,
    Evidence,
    forget_request,
    record_consent,
)
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.mail_cap import MAILS_PER_ADDRESS, mails_to_person, may_mail
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
from subscriptions.subscribers.preferences import Frequency
from subscriptions.subscribers.states import Event, Status, after


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


class Created(NamedTuple):
    """A new subscription, and whether its mail is counted: 1, or 0 if the cap holds it back."""

    id: int
    mails: int


class Known(NamedTuple):
    """What is there already of a subscription that is asked for again.

    ``to_person`` is how many mails all of the person's subscriptions caused today.
    """

    id: int
    subscriber_id: int
    address: str
    reference: str
    epoch: int
    status: str
    locale: str
    restricted_at: datetime | None
    ended_at: datetime | None
    mailed_at: datetime | None
    mails_on: date | None
    mails: int
    to_person: int


SUBSCRIPTIONS = table_of(Subscription)
TOPICS = table_of(SubscriptionTopic)
PROFILES = table_of(Profile)
UPSERT_SUBSCRIBER = upsert(
    Subscriber,
    # Setting the key to itself returns the row, and locks it against an erasure.
    lambda insert: insert.on_conflict_do_update(
        index_elements=["address_key"], set_={"address_key": insert.excluded.address_key}
    ).returning(Subscriber.id),
)
INSERT_SUBSCRIPTION = upsert(
    Subscription,
    lambda insert: (
        insert.values(mails=case((mails_to_person() < MAILS_PER_ADDRESS, 1), else_=0))
        .on_conflict_do_nothing(index_elements=["subscriber_id", "newsletter_id"])
        .returning(Subscription.id, Subscription.mails)
    ),
)
INSERT_TOPICS = Prepared(insert(TOPICS))
INSERT_PROFILE = insert(PROFILES)
# The stored address, not the one typed now: links must not follow another spelling of it.
FIND_KNOWN = Prepared(
    select(
        SUBSCRIPTIONS.c.id,
        SUBSCRIPTIONS.c.subscriber_id,
        Subscriber.address,
        *(SUBSCRIPTIONS.c[name] for name in Known._fields[3:-1]),
        mails_to_person(),
    )
    .join(Subscriber, Subscriber.id == SUBSCRIPTIONS.c.subscriber_id)
    .where(
        SUBSCRIPTIONS.c.subscriber_id == bindparam("of_person"),
        SUBSCRIPTIONS.c.newsletter_id == bindparam("newsletter"),
    )
)
OF_KNOWN = SUBSCRIPTIONS.c.id == bindparam("of")
RENEW = Prepared(
    update(SUBSCRIPTIONS)
    .where(OF_KNOWN)
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("status", "epoch", "form_id", "locale", "requested_at")
        }
    )
)
FORGET_CHOICES = tuple(
    Prepared(delete(table).where(table.c.subscription_id == bindparam("of")))
    for table in (TOPICS, PROFILES)
)


def request_subscription(
    unit: Unit, address: Address, request: Request, evidence: Evidence
) -> None:
    """Take a sign-up: a pending subscription, its consent record and its mail.

    An address that is pending gets its request replaced and, under the cap, its mail again; one
    that is active keeps what it has and is told by mail. Returns nothing on purpose: a caller has
    no way to answer differently.
    """
    connection = unit.connection()
    subscriber_id = upsert_subscriber(connection, address)
    reference = new_reference()
    created = _insert_subscription(connection, subscriber_id, reference, request, evidence)
    if created is not None:
        _fill(connection, created.id, request, evidence)
        recipient = Recipient(subscriber_id, address.display, reference, 0, evidence.locale)
        with _taken_back(connection) if created.mails == 0 else nullcontext():
            send_confirmation(unit, request.sender, recipient, _titles(request))
        count(connection, request.newsletter_id, Event.REQUESTED)
        return
    parameters = {
        "of_person": subscriber_id,
        "newsletter": request.newsletter_id,
        "today": clock.now().date(),
    }
    known = Known(*FIND_KNOWN.one(connection, parameters))
    if known.status == Status.ACTIVE:
        _tell_active(unit, known, request, evidence)
    else:
        _renew(unit, known, request, evidence)


def upsert_subscriber(connection: Connection, address: Address) -> int:
    """The id of the person with this address, new or not; the row is locked."""
    parameters = {
        "address": address.display,
        "address_key": address.key,
        "created_at": clock.now(),
    }
    return int(UPSERT_SUBSCRIBER.value(connection, parameters))


def _insert_subscription(
    connection: Connection,
    subscriber_id: int,
    reference: str,
    request: Request,
    evidence: Evidence,
) -> Created | None:
    now = clock.now()
    parameters = {
        "reference": reference,
        "epoch": 0,
        "subscriber_id": subscriber_id,
        "newsletter_id": request.newsletter_id,
        "form_id": request.form_id,
        "status": Status.PENDING.value,
        "locale": evidence.locale,
        "frequency": Frequency.EVERY.value,
        "requested_at": now,
        "mailed_at": now,  # also where the cap holds the mail back, which is then so until tomorrow
        "mails_on": now.date(),
        "of_person": subscriber_id,
        "today": now.date(),
    }
    row = INSERT_SUBSCRIPTION.first(connection, parameters)
    return Created(*row) if row else None


def _fill(
    connection: Connection, subscription_id: int, request: Request, evidence: Evidence
) -> None:
    if request.topics:
        chosen = [{"subscription_id": subscription_id, "topic_id": t.id} for t in request.topics]
        INSERT_TOPICS.run_many(connection, chosen)
    if request.profile:
        connection.execute(INSERT_PROFILE, {"subscription_id": subscription_id, **request.profile})
    slugs = [topic.slug for topic in request.topics]
    record_consent(connection, subscription_id, REQUESTED, request.wording_hash, slugs, evidence)


def _renew(unit: Unit, known: Known, request: Request, evidence: Evidence) -> None:
    """Replace a pending request, or begin an ended subscription anew under a new epoch."""
    connection = unit.connection()
    again = known.status == Status.ENDED
    epoch = known.epoch + 1 if again else known.epoch
    renewed = {
        "of": known.id,
        "new_status": after(Status(known.status), Event.REQUESTED).value,
        "new_epoch": epoch,
        "new_form_id": request.form_id,
        "new_locale": evidence.locale,
        "new_requested_at": clock.now(),
    }
    RENEW.run(connection, renewed)
    for statement in FORGET_CHOICES:
        statement.run(connection, {"of": known.id})
    forget_request(connection, known.id, known.ended_at)
    _fill(connection, known.id, request, evidence)
    if again:
        count(connection, request.newsletter_id, Event.REQUESTED)
    if may_mail(connection, known, known.to_person):
        recipient = Recipient(
            known.subscriber_id, known.address, known.reference, epoch, evidence.locale
        )
        send_confirmation(unit, request.sender, recipient, _titles(request))


def _tell_active(unit: Unit, known: Known, request: Request, evidence: Evidence) -> None:
    connection = unit.connection()
    if known.restricted_at is None and may_mail(connection, known, known.to_person):
        recipient = Recipient(
            known.subscriber_id, known.address, known.reference, known.epoch, known.locale
        )
        send_already_subscribed(unit, request.sender, recipient)
    else:
        _spend_the_time_of_a_new_one(connection, known.id, request, evidence)


def _spend_the_time_of_a_new_one(
    connection: Connection, subscription_id: int, request: Request, evidence: Evidence
) -> None:
    with _taken_back(connection):
        name = new_reference()
        decoy = upsert_subscriber(connection, Address(name, name))
        created = _insert_subscription(connection, decoy, name, request, evidence)
        _fill(connection, created.id if created else subscription_id, request, evidence)


@contextmanager
def _taken_back(connection: Connection) -> Iterator[None]:
    with connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def _titles(request: Request) -> list[str]:
    return [topic.title for topic in request.topics]
