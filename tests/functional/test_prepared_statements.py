"""A prepared statement does what the statement itself would do, on both databases."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError, NoResultFound

from subscriptions.core.statements import Prepared, table_of, upsert
from subscriptions.core.transactions import after_commit, current_session, reading, writing
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.models import Subscriber

NEWSLETTERS, SUBSCRIBERS = table_of(Newsletter), table_of(Subscriber)
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
NEWS = {
    "slug": "news",
    "name": "News",
    "description": "100 % of it",
    "sender_name": "",
    "reply_to": "",
    "languages": ["en", "de"],
    "created_at": MOMENT,
    "closed_at": None,
    "revision": 0,
    "confirmation_texts": {},
    "welcome_mails": {},
    "welcomes": False,
}
ADD = Prepared(insert(NEWSLETTERS))
FIND = Prepared(
    select(NEWSLETTERS.c.languages, NEWSLETTERS.c.created_at, NEWSLETTERS.c.closed_at).where(
        NEWSLETTERS.c.slug == bindparam("of"), NEWSLETTERS.c.description.like("100 %")
    )
)


def test_types_convert_what_goes_in_and_what_comes_out(app: Flask) -> None:
    with app.app_context():
        with writing() as unit:
            assert ADD.run(unit.connection(), NEWS) == 1
        with reading() as connection:
            assert FIND.one(connection, {"of": "news"}) == (["en", "de"], MOMENT, None)
            assert FIND.first(connection, {"of": "tips"}) is None
            with pytest.raises(NoResultFound):
                FIND.one(connection, {"of": "tips"})


def test_rows_are_counted_and_returned(app: Flask) -> None:
    gone = Prepared(delete(NEWSLETTERS).returning(NEWSLETTERS.c.slug, NEWSLETTERS.c.created_at))
    with app.app_context(), writing() as unit:
        ADD.run_many(unit.connection(), [NEWS, NEWS | {"slug": "tips"}])
        returned = gone.all(unit.connection(), {})
    assert sorted(returned) == [("news", MOMENT), ("tips", MOMENT)]


def test_what_is_missing_is_an_error_and_no_null(app: Flask) -> None:
    """A default that a model fills in by itself is not filled in here."""
    forgotten = Prepared(insert(NEWSLETTERS))
    with app.app_context(), reading() as connection:
        with pytest.raises(TypeError, match="created_at is not among the parameters"):
            forgotten.run(connection, {k: v for k, v in NEWS.items() if k != "created_at"})
        with pytest.raises(KeyError):
            FIND.first(connection, {})


def test_the_errors_are_those_of_sqlalchemy_and_show_no_parameter(app: Flask) -> None:
    keep = upsert(Subscriber, lambda statement: statement)
    person = {"address": "ada@example.org", "address_key": "ada@example.org", "created_at": MOMENT}

    def add(connection: Connection) -> None:
        keep.run(connection, person)

    with app.app_context():
        with writing() as unit:
            add(unit.connection())
        with pytest.raises(IntegrityError) as caught, writing() as unit:
            add(unit.connection())
    assert "SQL parameters hidden" in str(caught.value)


def test_nothing_is_kept_or_begun_of_a_unit_that_fails(app: Flask) -> None:
    happened: list[str] = []

    def fail() -> None:
        with writing() as unit:
            ADD.run(unit.connection(), NEWS)
            after_commit(unit, lambda: happened.append("failed"))
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            fail()
        with writing() as unit:
            assert FIND.first(unit.connection(), {"of": "news"}) is None
            after_commit(unit, lambda: happened.append("kept"))
            assert happened == []
    assert happened == ["kept"]


def test_a_session_that_was_reading_sees_what_was_written_meanwhile(app: Flask) -> None:
    """On SQLite it would go on with its snapshot otherwise, and keep the log from being emptied."""
    with app.app_context():
        session = current_session()
        assert FIND.first(session.connection(), {"of": "news"}) is None
        with writing() as unit:
            assert not session.in_transaction()
            ADD.run(unit.connection(), NEWS)
        assert FIND.first(session.connection(), {"of": "news"}) is not None
