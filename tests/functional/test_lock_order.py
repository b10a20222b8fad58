"""What waits for a lock on a person, on PostgreSQL.

Who locks many people waits for the first of them with empty hands: then no two can wait for each
other in a circle, whatever they do. All take people in the order of their ids.
"""

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from subscriptions.core.transactions import unit_of_work
from subscriptions.extensions import db
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.subscribers.announcing import Kind, announce, announce_waiting
from subscriptions.subscribers.bulk.asking import Wanted, begin_change
from subscriptions.subscribers.bulk.working import work as change_in_bulk
from subscriptions.subscribers.bulk_models import Act
from subscriptions.subscribers.filtering import Filter
from subscriptions.transfer.exporting.working import work as make_exports
from subscriptions.transfer.importing.plans import Mode
from subscriptions.transfer.importing.working import work as work_on_imports
from tests.support.applications import Visitor
from tests.support.databases import Databases
from tests.support.exports import keep_export
from tests.support.imports import begin, csv_of, plan_of, upload
from tests.support.time_travel import FrozenClock
from tests.support.visits import newsletter_id, open_newsletter, rows_of, sign_up, subscribe
from tests.support.waiting import wait_until

Work = Callable[[], None]

FIRST, SECOND = "zoe@example.org", "bob@example.org"  # by id; the other way by address
LOCK = """
    SELECT 1 FROM subscribers JOIN subscriptions ON subscriber_id = subscribers.id
    WHERE address_key = :whose FOR UPDATE
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """SQLite has one writer: there is nobody to wait for in a circle."""
    with databases.fresh("postgresql") as url:
        yield url


@pytest.fixture(autouse=True)
def _people(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    """The second person has the first subscription to ``list``; ``news`` has nobody."""
    assert clock.now
    for slug in ("news", "noise", "list"):
        open_newsletter(app, slug)
    subscribe(app, client, FIRST, "noise")
    subscribe(app, client, SECOND, "list")
    subscribe(app, client, FIRST, "list")
    assert [row["address"] for row in rows_of(app, "subscribers")] == [FIRST, SECOND]


def _bulk(app: Flask) -> Work:
    with app.app_context(), unit_of_work() as session:
        of = newsletter_by_slug(session, "list")
        begin_change(session, of, Wanted(Act.RESTRICT, filter=Filter()), "a test", None)
    return change_in_bulk


def _export(app: Flask) -> Work:
    keep_export(app, "list", make=False)
    return make_exports


def _announcement(app: Flask) -> Work:
    readers = [newsletter_id(app, "list")]
    with app.app_context(), unit_of_work() as session:
        announce(session, Kind.INCIDENT, "a test", {}, readers)
    return announce_waiting


def _import(app: Flask, mode: Mode) -> Work:
    begin(app, upload(app, csv_of("email", SECOND, FIRST)), plan_of(mode=mode))
    return work_on_imports


PREPARE: dict[str, Callable[[Flask], Work]] = {
    "change": _bulk,
    "export": _export,
    "announcement": _announcement,
    "import": lambda app: _import(app, Mode.CONSENTED),
    "invitation": lambda app: _import(app, Mode.INVITE),
}


@pytest.mark.parametrize("job", PREPARE)
def test_whoever_locks_many_people_holds_none_while_waiting_for_the_first(
    app: Flask, job: str
) -> None:
    work = PREPARE[job](app)
    working = Thread(target=_in_context, args=(app, work))
    with app.app_context(), db.engine.connect() as holder, db.engine.connect() as other:
        holder.execute(text(LOCK), {"whose": FIRST})
        working.start()
        wait_until("wait for the first", lambda: _somebody_waits(other))
        free = other.execute(text(f"{LOCK} SKIP LOCKED"), {"whose": SECOND}).all()
    working.join()
    assert free


def test_a_sign_up_that_had_to_wait_counts_the_mails_promised_meanwhile(
    app: Flask, client: Visitor
) -> None:
    def mails() -> int:
        return len(rows_of(app, "outbox_messages", recipient=FIRST))

    before = mails()
    signing_up = Thread(target=sign_up, args=(client, FIRST, "news"))
    with app.app_context(), db.engine.connect() as holder, db.engine.connect() as other:
        holder.execute(text(LOCK), {"whose": FIRST})
        signing_up.start()
        wait_until("wait for the person", lambda: _somebody_waits(other))
        holder.execute(text("UPDATE subscriptions SET mails = 10"))
        holder.commit()
    signing_up.join()
    assert (len(rows_of(app, "subscriptions")), mails()) == (4, before)


def _somebody_waits(connection: Connection) -> bool:
    return bool(connection.scalar(text(WAITING)))


def _in_context(app: Flask, work: Work) -> None:
    with app.app_context():
        work()
