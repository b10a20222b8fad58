"""Fills an installation with subscribers, inside its database: a million in well under a minute.

Uses the service's own tables and its own `TokenService`, so that links made here are genuine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.progress import track
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    literal,
    null,
    select,
    text,
)

from benchmarks.requests import write_rounds
from benchmarks.scratch import progress
from subscriptions.config import Settings
from subscriptions.core.db import Base, UtcDateTime
from subscriptions.core.keys import load_keys
from subscriptions.core.tokens import TokenService
from subscriptions.newsletters.models import SignupForm, Topic
from subscriptions.subscribers.models import (
    ConsentRecord,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)

CHUNK = 25_000
EXPIRED = timedelta(days=3)
FAST = ("synchronous = OFF", "journal_mode = WAL", "cache_size = -1000000", "temp_store = MEMORY")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

# Everybody who is to be put in: a number, a random reference, a random address.
CROWD = Table(
    "crowd",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("reference", String(22)),
    Column("address", String(320)),
    prefixes=["TEMPORARY"],
)
NUMBERS = {
    "sqlite": "WITH RECURSIVE counted(number) AS (SELECT 1 UNION ALL "
    "SELECT number + 1 FROM counted WHERE number < :total) INSERT INTO crowd SELECT number, "
    "lower(hex(randomblob(11))), lower(hex(randomblob(8))) || '@example.org' FROM counted",
    "postgresql": "INSERT INTO crowd SELECT number, left(md5('reference' || number), 22), "
    "left(md5('address' || number), 16) || '@example.org' FROM generate_series(1, :total) number",
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is put in: `staying` active people, and for each round as many to confirm and to end.

    `expired` people more signed up three days ago and never confirmed: the purge of a later day.
    """

    staying: int
    rounds: int
    per_load: int
    expired: int = 0

    @property
    def leaving(self) -> int:
        """Active people that the rounds unsubscribe; as many others wait to be confirmed."""
        return self.rounds * self.per_load

    @property
    def active(self) -> int:
        """All active people."""
        return self.staying + self.leaving

    @property
    def current(self) -> int:
        """The active and those who are yet to confirm."""
        return self.active + self.leaving

    @property
    def total(self) -> int:
        """Everybody, numbered from 1: the active, those who are yet to confirm, the expired."""
        return self.current + self.expired


@dataclass(frozen=True, slots=True)
class Offer:
    """The sample newsletter and its form, as `flask setup` made them."""

    form_id: int
    newsletter_id: int
    slug: str
    wording_hash: str
    topics: list[str]


def seed(settings: Settings, crowd: Crowd, folder: Path) -> None:
    """Fills a fresh installation; leaves the requests of each round in `folder`."""
    engine = create_engine(settings.database)
    with _filling(engine) as connection:
        offer = _offer(connection)
        CROWD.create(connection)
        connection.execute(text(NUMBERS[engine.dialect.name]), {"total": crowd.total})
        chunks = range(1, crowd.total + 1, CHUNK)
        for start in track(chunks, f"{crowd.total:,} people", console=progress, transient=True):
            _put_in(connection, offer, start, crowd)
        _advance_sequences(connection)
        confirming, leaving = _chosen(connection, crowd)
    engine.dispose()
    tokens = TokenService(load_keys(settings.secret_keys.get_secret_value(), settings.data_dir))
    write_rounds(tokens, offer.slug, offer.topics, confirming, leaving, crowd.rounds, folder)


@contextmanager
def _filling(engine: Engine) -> Iterator[Connection]:
    """One transaction without foreign key checks, then the housekeeping that time would do."""
    embedded = engine.dialect.name == "sqlite"
    if embedded:
        event.listen(engine, "connect", _hurry)
    with engine.begin() as connection:
        if not embedded:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        finish = "PRAGMA wal_checkpoint(TRUNCATE)" if embedded else "VACUUM ANALYZE"
        connection.exec_driver_sql(finish)


def _hurry(connection: Any, _: object) -> None:
    for pragma in FAST:
        connection.execute(f"PRAGMA {pragma}")


def _offer(connection: Connection) -> Offer:
    table = SignupForm.__table__
    form = connection.execute(select(table).order_by(table.c.id)).first()
    if form is None:
        raise LookupError("`flask setup` made no form")
    slugs = select(Topic.slug).where(Topic.newsletter_id == form.newsletter_id).order_by(Topic.id)
    topics = list(connection.scalars(slugs))
    return Offer(form.id, form.newsletter_id, form.slug, form.wording_hash, topics)


def _put_in(connection: Connection, offer: Offer, start: int, crowd: Crowd) -> None:
    """The next chunk of the crowd; what is in it may be active, pending and expired."""
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=start % 86_400)
    end = start + CHUNK
    for low, high, active, at in (
        (start, min(end, crowd.active + 1), True, moment),
        (max(start, crowd.active + 1), min(end, crowd.current + 1), False, moment),
        (max(start, crowd.current + 1), end, False, moment - EXPIRED),
    ):
        chunk = (CROWD.c.number >= low) & (CROWD.c.number < high)
        for statement in _statements(offer, at, active=active, chunk=chunk):
            connection.execute(statement)


def _statements(
    offer: Offer, moment: datetime, *, active: bool, chunk: ColumnElement[bool]
) -> Iterator[Insert]:
    at = literal(moment, UtcDateTime)
    number, mail = CROWD.c.number, CROWD.c.address
    person = {"id": number, "address": mail, "address_key": mail, "created_at": at}
    yield _from_crowd(Subscriber, person, chunk)
    yield _from_crowd(Subscription, _subscription(offer, at, active=active), chunk)
    every = CROWD.join(Topic.__table__, Topic.newsletter_id == offer.newsletter_id)
    topics = select(number, Topic.id).select_from(every).where(chunk).order_by(number, Topic.id)
    yield insert(SubscriptionTopic).from_select(["subscription_id", "topic_id"], topics)
    profile = {"subscription_id": number, "name": literal("A Reader"), "company": literal("A & B")}
    yield _from_crowd(Profile, profile, chunk & (number % 2 == 0))
    for step in ("requested", "confirmed") if active else ("requested",):
        yield _from_crowd(ConsentRecord, _consent(offer, at, step), chunk)


def _from_crowd(
    model: type[Base], values: Mapping[str, ColumnElement[Any]], chunk: ColumnElement[bool]
) -> Insert:
    chosen = select(*values.values()).where(chunk).order_by(CROWD.c.number)
    return insert(model).from_select(list(values), chosen, include_defaults=False)


def _subscription(
    offer: Offer, at: ColumnElement[datetime], *, active: bool
) -> dict[str, ColumnElement[Any]]:
    return {
        "id": CROWD.c.number,
        "reference": CROWD.c.reference,
        "epoch": literal(0),
        "subscriber_id": CROWD.c.number,
        "newsletter_id": literal(offer.newsletter_id),
        "form_id": literal(offer.form_id),
        "status": literal("active" if active else "pending"),
        "locale": literal("en"),
        "frequency": literal("every"),
        "requested_at": at,
        "confirmed_at": at if active else null(),
        "mails": literal(0),
    }


def _consent(offer: Offer, at: ColumnElement[datetime], step: str) -> dict[str, ColumnElement[Any]]:
    return {
        "subscription_id": CROWD.c.number,
        "step": literal(step),
        "at": at,
        "source": literal(f"form:{offer.slug}"),
        "wording_hash": literal(offer.wording_hash),
        "topics": literal(offer.topics, ConsentRecord.topics.type),
        "locale": literal("en"),
        "client_address": literal("192.0.2.0"),
        "user_agent": literal(BROWSER),
    }


def _advance_sequences(connection: Connection) -> None:
    """PostgreSQL counts ids by itself and knows nothing of those given here."""
    if connection.dialect.name == "sqlite":
        return
    for name in (Subscriber.__tablename__, Subscription.__tablename__):
        table = Base.metadata.tables[name]
        sequence = func.pg_get_serial_sequence(name, "id")
        highest = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(select(func.setval(sequence, highest)))


def _chosen(connection: Connection, crowd: Crowd) -> tuple[list[str], list[str]]:
    """References of those who will confirm, and of those who will leave: spread over all."""
    number, reference = CROWD.c.number, CROWD.c.reference
    waiting = select(reference).where(number > crowd.active, number <= crowd.current)
    leaving = select(reference).where(number <= crowd.active).limit(crowd.leaving)
    return (
        list(connection.scalars(waiting.order_by(number))),
        list(connection.scalars(leaving.order_by(func.random()))),
    )
