"""Finding people by filter, address and name, in lists that stay fast however long they are."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock as our_clock
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.subscribers import finding
from subscriptions.subscribers.filtering import Filter, criteria_of
from subscriptions.subscribers.finding import floor_statement, ids_statement
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.states import Status
from tests.support.applications import Visitor
from tests.support.operators import PEOPLE, SUBSCRIBER_LINK, Desk, desk_of, make_operator
from tests.support.time_travel import FrozenClock
from tests.support.visits import open_newsletter, reading, sign_up, subscribe

ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"


def _found(page: str) -> list[str]:
    return [address for _path, address in SUBSCRIBER_LINK.findall(page)]


def _change(app: Flask, status: Status, **values: Any) -> None:
    with app.app_context(), unit_of_work() as session:
        of = Subscription.status == status.value
        session.execute(update(Subscription).where(of).values(**values))


@pytest.fixture
def desk(app: Flask, client: Visitor, clock: FrozenClock) -> Desk:
    """The owner's, in front of one who is active and two who wait, a day later."""
    open_newsletter(app)
    open_newsletter(app, "noise")
    subscribe(app, client, "noise@example.org", "noise", name="Ada")
    subscribe(app, client, ADA, topics=["art"], name="Ada Lovelace")
    clock.advance(days=1)
    sign_up(client, BOB, topics=["law"], name="Émile", locale="de")
    sign_up(client, EVE, name="eve")
    make_operator(app)
    return desk_of(app)


def test_people_are_filtered_by_source_language_days_and_state(app: Flask, desk: Desk) -> None:
    today = our_clock.today()
    _change(app, Status.ACTIVE, form_id=None, restricted_at=our_clock.now())
    _change(app, Status.PENDING, locale="de", paused_until=today + timedelta(days=1))
    for words, people in (
        ("form=-", [ADA]),
        ("form=news", [EVE, BOB]),
        ("language=de", [EVE, BOB]),
        ("language=de&topic=law", [BOB]),
        (f"requested_from={today}", [EVE, BOB]),
        (f"requested_until={today - timedelta(days=1)}", [ADA]),
        (f"confirmed_from={today - timedelta(days=1)}", [ADA]),
        (f"confirmed_from={today}", []),
        ("restricted=yes", [ADA]),
        ("restricted=no&paused=no", []),
        ("paused=yes&status=pending", [EVE, BOB]),
        ("paused=no", [ADA]),
    ):
        assert _found(desk.get(f"{PEOPLE}?{words}").text) == people, words
    asked = desk.send(PEOPLE, text="", paused="yes", language="de")
    assert asked.location == f"{PEOPLE}?language=de&paused=yes"
    for words in ("form=nonsense", "before=99999999999999999999", "before=-1", "topic=%00"):
        assert desk.get(f"{PEOPLE}?{words}").status_code == 404
    assert desk.send(PEOPLE, text="", requested_from="yesterday").status_code == 422


def test_people_are_found_by_how_their_name_begins(app: Flask, desk: Desk) -> None:
    for text, people in (
        ("ADA LOVE", [ADA]),
        ("É", [BOB]),
        ("e", [EVE]),
        ("love", []),
    ):
        assert _found(desk.send(PEOPLE, text=text).text) == people, text
    assert _found(desk.send(PEOPLE, text="e", status="active").text) == []
    assert "text=" not in re.sub(r"<(?:input|form)[^>]*>", "", desk.send(PEOPLE, text="é").text)


def test_a_page_looks_so_far_and_the_next_one_goes_on_from_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LOOK", 1)
    page = desk.get(f"{PEOPLE}?language=en&requested_until={our_clock.today()}").text
    met: list[str] = []
    for _ in range(4):
        met += _found(page)
        older = re.search(r'href="([^"]+before=\d+[^"]*)"', page)
        if older is None:
            break
        assert "Only some of the subscribers were looked at" in page
        page = desk.get(older[1].replace("&amp;", "&")).text
    assert met == [EVE, BOB, ADA]


def test_a_count_stops_where_nobody_needs_to_know_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ">3 people</h2>" in desk.get(PEOPLE).text
    assert ">One person</h2>" in desk.get(f"{PEOPLE}?status=active").text
    monkeypatch.setattr(finding, "PAGE", 1)
    assert ">3 people</h2>" in desk.get(PEOPLE).text
    monkeypatch.setattr(finding, "MOST_COUNTED", 2)
    monkeypatch.setattr("subscriptions.web.admin.subscribers.MOST_COUNTED", 2)
    assert ">More than 2 people</h2>" in desk.get(PEOPLE).text
    monkeypatch.setattr(finding, "LOOK", 1)
    assert ">At least one person</h2>" in desk.get(f"{PEOPLE}?language=en").text


DAY = date(2026, 1, 1)
USUAL = (
    Filter(),
    Filter(status=Status.ACTIVE),
    Filter(status=Status.PENDING, topic="art"),
    Filter(status=Status.ACTIVE, topic="art"),
    Filter(topic="art", form="news"),
    Filter(form="news", language="en"),
    Filter(requested_from=DAY, requested_until=DAY),
    Filter(status=Status.ACTIVE, confirmed_from=DAY, confirmed_until=DAY, paused=False),
)


def _statements(session: Session, wanted: Filter) -> Iterator[Select[Any]]:
    criteria = criteria_of(newsletter_by_slug(session, "news"), wanted)
    yield ids_statement(criteria, 1_000_000, 7, 51)
    yield floor_statement(criteria, Status.ACTIVE, 1_000_000)
    yield from finding.search_statements(criteria, "a", session.get_bind().dialect.name)


def _plan(connection: Connection, statement: Select[Any]) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {compiled}"))


# What reads a table from end to end, or sorts what it has read.
SLOW = re.compile(r"SCAN (?!\(?(anon|SUBQUERY|CONSTANT))|TEMP B-TREE FOR|Seq Scan|Sort\b")


def test_no_usual_filter_reads_everything_or_sorts(app: Flask) -> None:
    """An index leads at a million people, to the page and in its order."""
    open_newsletter(app)
    with reading(app) as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            # With hardly a row there, reading everything would be the quickest.
            for kind in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
        for wanted in USUAL:
            for statement in _statements(session, wanted):
                plan = _plan(connection, statement)
                assert not SLOW.search(plan), f"{wanted}\n{statement}\n{plan}"
