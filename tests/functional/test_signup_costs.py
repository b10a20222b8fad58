"""What a sign-up costs the store, in statements. More must be a decision, not an accident."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from subscriptions.core.tokens import Purpose
from subscriptions.extensions import db
from tests.support.applications import Visitor
from tests.support.suppressions import suppress_in
from tests.support.visits import link_to, open_newsletter, sign_up, subscribe

# Of these, two read the form and its topics.
NEW = 9
PENDING = 12
ACTIVE = 12  # a savepoint and its end among them
UNSUBSCRIBE = 11  # one of them before the transaction, for the words of the answer


class Counted:
    """What was sent to the database. A read is ended by a commit too; that one is free."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0
        self._wrote = False

    def on_execute(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Called before each statement."""
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)
            self._wrote |= statement.startswith(("INSERT", "UPDATE", "DELETE"))

    def on_commit(self, _conn: Any) -> None:
        """Called before each commit."""
        self.commits += self._wrote
        self._wrote = False


@contextmanager
def _counting(app: Flask) -> Iterator[Counted]:
    counted = Counted()

    with app.app_context():
        engine = db.engine
    listeners: list[tuple[str, Callable[..., None]]] = [
        ("before_cursor_execute", counted.on_execute),
        ("commit", counted.on_commit),
    ]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield counted
    for name, listener in listeners:
        event.remove(engine, name, listener)


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    sign_up(client, "noise@example.org", topics=["art"])


def test_a_new_sign_up_costs_nine_statements_and_one_commit(app: Flask, client: Visitor) -> None:
    with _counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (NEW, 1), counted.statements


def test_a_pending_one_costs_twelve(app: Flask, client: Visitor) -> None:
    sign_up(client)
    with _counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (PENDING, 1), counted.statements


def test_an_active_one_writes_no_less_than_a_new_one(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    with _counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (ACTIVE, 1), counted.statements


def test_a_suppressed_one_costs_what_a_new_one_costs(app: Flask, client: Visitor) -> None:
    suppress_in(app)
    with _counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (NEW, 1), counted.statements
    assert not any("suppressions" in statement for statement in counted.statements)


def test_the_cost_does_not_grow_with_the_number_of_topics(app: Flask, client: Visitor) -> None:
    with _counting(app) as one:
        sign_up(client, "one@example.org", topics=["art"])
    with _counting(app) as two:
        sign_up(client, "two@example.org", topics=["art", "law"])
    assert len(one.statements) == len(two.statements)


def test_an_unsubscribe_with_erasure_is_eleven_statements_and_one_commit(
    app: Flask, client: Visitor
) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    with _counting(app) as counted:
        assert client.post(link).status_code == 200
    assert (len(counted.statements), counted.commits) == (UNSUBSCRIBE, 1), counted.statements
