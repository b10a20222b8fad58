"""The banner of an incident on the public pages, and that it costs the busy paths nothing."""

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.web.banner import REMEMBERED
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.incidents import BANNER, record
from tests.support.operators import Desk, desk_of, make_operator
from tests.support.time_travel import FrozenClock
from tests.support.visits import link_to, open_newsletter, sign_up, subscribe


@pytest.fixture
def page(app: Flask, clock: FrozenClock) -> str:
    """The page of an incident, recorded by the owner of ``desk``."""
    assert clock.now
    open_newsletter(app)
    make_operator(app)
    return record(app, desk_of(app))


@pytest.fixture
def desk(app: Flask, page: str) -> Desk:
    """The owner's browser."""
    assert page
    return desk_of(app)


def test_every_page_that_is_looked_at_shows_the_banner_while_it_is_on(
    app: Flask, client: Visitor, clock: FrozenClock, desk: Desk, page: str
) -> None:
    """MP10, MG13: by mail and on the site."""
    subscribe(app, client)
    paths = ("/", "/forms/news", "/privacy", "/manage", link_to(app, Purpose.UNSUBSCRIBE))
    assert [path for path in paths if BANNER in client.get(path).text] == []
    assert desk.send(f"{page}/banner", text=BANNER).status_code == 302
    clock.advance(seconds=REMEMBERED.total_seconds())
    assert [path for path in paths if BANNER not in client.get(path).text] == []
    desk.send(f"{page}/banner/off")
    clock.advance(seconds=REMEMBERED.total_seconds())
    assert [path for path in paths if BANNER in client.get(path).text] == []


def test_what_an_operator_writes_is_text_and_no_markup(
    client: Visitor, clock: FrozenClock, desk: Desk, page: str
) -> None:
    desk.send(f"{page}/banner", text="<b>Look</b>")
    clock.advance(seconds=REMEMBERED.total_seconds())
    assert "&lt;b&gt;Look" in client.get("/").text


def test_the_answers_of_buttons_and_error_pages_ask_for_no_banner(
    app: Flask, client: Visitor, clock: FrozenClock, desk: Desk, page: str
) -> None:
    """A sign-up, a confirmation and an unsubscribe read what they read without it."""
    desk.send(f"{page}/banner", text=BANNER)
    clock.advance(seconds=REMEMBERED.total_seconds())
    with counting(app) as counted:
        sign_up(client)
        assert client.post(link_to(app, Purpose.CONFIRM)).status_code == 200
        assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
        assert client.get("/nothing/here").status_code == 404
    assert not any("incidents" in statement for statement in counted.statements)


def test_a_process_asks_the_store_once_in_a_while(
    app: Flask, client: Visitor, clock: FrozenClock, page: str
) -> None:
    assert page
    clock.advance(seconds=REMEMBERED.total_seconds())
    with counting(app) as counted:
        for _ in range(3):
            client.get("/")
    assert sum("incidents" in statement for statement in counted.statements) == 1
