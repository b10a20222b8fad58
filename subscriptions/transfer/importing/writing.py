"""The statements that write people who have agreed elsewhere, as many at once as there are.

PostgreSQL writes the three tables in one statement, which takes the rows apart once and hands the
new keys on by itself. SQLite takes a statement for each, and finds the keys by what the rows say.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Connection,
    Executable,
    FromClause,
    Insert,
    bindparam,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from subscriptions.core.bulk import ROWS, Document, constant
from subscriptions.core.statements import DialectInsert, table_of
from subscriptions.subscribers.models import ConsentRecord, Subscriber, Subscription

SUBSCRIBERS, SUBSCRIPTIONS, CONSENT = map(table_of, (Subscriber, Subscription, ConsentRecord))
PEOPLE = Document(
    address=SUBSCRIBERS.c.address.type,
    key=SUBSCRIBERS.c.address_key.type,
    reference=SUBSCRIPTIONS.c.reference.type,
    locale=SUBSCRIPTIONS.c.locale.type,
    at=CONSENT.c.at.type,
    topics=JSON(),
    evidence=CONSENT.c.evidence.type,
)


class PersonRow(NamedTuple):
    """A row of the document."""

    address: str
    key: str
    reference: str
    locale: str
    at: datetime | None
    topics: list[str]
    evidence: str


MOMENTS = ("requested_at", "confirmed_at", "engaged_at")
# What all of them have in common.
SAME_FOR_SUBSCRIPTIONS = ("newsletter_id", "epoch", "status", "frequency", "mails")
SAME_FOR_CONSENT = ("step", "source", "wording_hash")


def write_people(
    connection: Connection, people: Sequence[PersonRow], same: Mapping[str, Any]
) -> dict[str, int]:
    """Write these people; return the new subscriptions' ids by their references.

    Whoever has a subscription already keeps it as it is. ``same`` is what all have in common, by
    the names of the columns.
    """
    if connection.dialect.name == "postgresql":
        return _write_at_once(connection, people, same)
    given = {ROWS: PEOPLE.text("sqlite", people), **same}
    connection.execute(INSERT_SUBSCRIBERS, given)
    made: dict[str, int] = dict(connection.execute(INSERT_SUBSCRIPTIONS, given).all())
    if len(made) < len(people):
        new = [person for person in people if person.reference in made]
        given[ROWS] = PEOPLE.text("sqlite", new)
    connection.execute(INSERT_CONSENT, given)
    return made


def _write_at_once(
    connection: Connection, people: Sequence[PersonRow], same: Mapping[str, Any]
) -> dict[str, int]:
    """New people first, as nobody holds them; the others once they are locked, in the one order."""
    given = {ROWS: PEOPLE.text("postgresql", people), **same}
    made: dict[str, int] = dict(connection.execute(INSERT_NEW, given).all())
    if known := [person for person in people if person.reference not in made]:
        connection.execute(LOCK_KNOWN, {"keys": [person.key for person in known]})
        given[ROWS] = PEOPLE.text("postgresql", known)
        made |= dict(connection.execute(INSERT_KNOWN, given).all())
    return made


def _subscribers(insert: DialectInsert, given: FromClause) -> DialectInsert:
    # Without a WHERE, SQLite would take ON CONFLICT for the condition of a join.
    rows = select(given.c.address, given.c.key, constant(SUBSCRIBERS.c.created_at)).where(true())
    return insert.from_select(["address", "address_key", "created_at"], rows)


def _subscriptions(
    insert: DialectInsert, given: FromClause, source: FromClause, person: Any, *, known: bool
) -> DialectInsert:
    """``person`` says whose a row of ``source`` is, ``known`` whether they may have one already."""
    rows = select(
        given.c.reference,
        person,
        given.c.locale,
        *([given.c.at] * len(MOMENTS)),
        *(constant(SUBSCRIPTIONS.c[name]) for name in SAME_FOR_SUBSCRIPTIONS),
    )
    columns = ["reference", "subscriber_id", "locale", *MOMENTS, *SAME_FOR_SUBSCRIPTIONS]
    into = insert.from_select(columns, rows.select_from(source).where(true()))
    if known:
        into = into.on_conflict_do_nothing(index_elements=["subscriber_id", "newsletter_id"])
    return into.returning(SUBSCRIPTIONS.c.reference, SUBSCRIPTIONS.c.id)


def _consent(given: FromClause, source: FromClause, subscription: Any) -> Insert:
    """``subscription`` says what a row of ``source`` is about."""
    rows = select(
        subscription,
        given.c.at,
        given.c.topics,
        given.c.locale,
        given.c.evidence,
        *(constant(CONSENT.c[name]) for name in SAME_FOR_CONSENT),
    )
    columns = ["subscription_id", "at", "topics", "locale", "evidence", *SAME_FOR_CONSENT]
    return insert(CONSENT).from_select(columns, rows.select_from(source))


def _one_by_one(given: FromClause) -> tuple[Executable, Executable, Executable]:
    # By subqueries: a join might begin with all that there are.
    person = select(SUBSCRIBERS.c.id).where(SUBSCRIBERS.c.address_key == given.c.key)
    subscription = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.reference == given.c.reference)
    return (
        _subscribers(sqlite.insert(SUBSCRIBERS), given).on_conflict_do_nothing(),
        _subscriptions(
            sqlite.insert(SUBSCRIPTIONS), given, given, person.scalar_subquery(), known=True
        ),
        _consent(given, given, subscription.scalar_subquery()),
    )


def _at_once(given: FromClause, people: FromClause, *, known: bool) -> Executable:
    """``people`` gives the keys and ids of those whom it is about."""
    whose = given.join(people, people.c.address_key == given.c.key)
    made = _subscriptions(
        postgresql.insert(SUBSCRIPTIONS), given, whose, people.c.id, known=known
    ).cte("made")
    about = given.join(made, made.c.reference == given.c.reference)
    consent = _consent(given, about, made.c.id).cte("agreed")
    return select(made.c.reference, made.c.id).add_cte(consent)


def _new(given: FromClause) -> FromClause:
    insert = _subscribers(postgresql.insert(SUBSCRIBERS), given).on_conflict_do_nothing()
    people: FromClause = insert.returning(SUBSCRIBERS.c.id, SUBSCRIBERS.c.address_key).cte("people")
    return people


INSERT_SUBSCRIBERS, INSERT_SUBSCRIPTIONS, INSERT_CONSENT = _one_by_one(PEOPLE.table("sqlite"))
GIVEN = PEOPLE.table("postgresql")
INSERT_NEW = _at_once(GIVEN, _new(GIVEN), known=False)
INSERT_KNOWN = _at_once(GIVEN, SUBSCRIBERS, known=True)
LOCK_KNOWN = (
    select(SUBSCRIBERS.c.id)
    .where(SUBSCRIBERS.c.address_key.in_(bindparam("keys", expanding=True)))
    .order_by(SUBSCRIBERS.c.id)
    .with_for_update()
)
