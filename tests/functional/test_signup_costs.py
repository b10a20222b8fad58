"""What a sign-up costs the store, in statements. More must be a decision, not an accident."""

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.suppressions import suppress_in
from tests.support.visits import link_to, open_newsletter, sign_up, subscribe

# Of these, one asks whether the form is still what the process remembers of it.
NEW = 8
PENDING = 11
ACTIVE = 11  # a savepoint and its end among them
# One asks whether a list waits
# somewhere that names the person, one makes every file that was exported forget them.
UNSUBSCRIBE = 12


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    sign_up(client, "noise@example.org", topics=["art"])


def test_a_new_sign_up_costs_eight_statements_and_one_commit(app: Flask, client: Visitor) -> None:
    with counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (NEW, 1), counted.statements


def test_a_pending_one_costs_eleven(app: Flask, client: Visitor) -> None:
    sign_up(client)
    with counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (PENDING, 1), counted.statements


def test_an_active_one_writes_no_less_than_a_new_one(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    with counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (ACTIVE, 1), counted.statements


def test_a_suppressed_one_costs_what_a_new_one_costs(app: Flask, client: Visitor) -> None:
    suppress_in(app)
    with counting(app) as counted:
        assert sign_up(client, topics=["art", "law"], name="Ada").status_code == 303
    assert (len(counted.statements), counted.commits) == (NEW, 1), counted.statements
    assert not any("suppressions" in statement for statement in counted.statements)


def test_the_cost_does_not_grow_with_the_number_of_topics(app: Flask, client: Visitor) -> None:
    with counting(app) as one:
        sign_up(client, "one@example.org", topics=["art"])
    with counting(app) as two:
        sign_up(client, "two@example.org", topics=["art", "law"])
    assert len(one.statements) == len(two.statements)


def test_an_unsubscribe_with_erasure_is_thirteen_statements_and_one_commit(
    app: Flask, client: Visitor
) -> None:
    subscribe(app, client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    with counting(app) as counted:
        assert client.post(link).status_code == 200
    assert (len(counted.statements), counted.commits) == (UNSUBSCRIBE, 1), counted.statements
