"""Confirming: by a button, once or many times, and only by whoever has the link."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from subscriptions.core.addresses import mask
from subscriptions.core.tokens import Purpose
from subscriptions.extensions import db
from tests.support.applications import Visitor
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    subscribe(app, client, "active@example.org", topics=["art"])
    sign_up(client, "pending@example.org", topics=["law"])
    sign_up(client, topics=["art"], name="Ada")


def _status(app: Flask, address: str = ADA) -> str:
    [person] = rows_of(app, "subscribers", address_key=address.casefold())
    return str(rows_of(app, "subscriptions", subscriber_id=person["id"])[0]["status"])


def test_the_link_of_the_mail_confirms(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    [mail] = [mail for mail in deliver(app, smtp) if mail.recipients == (ADA,)]
    link = links_in(mail)["confirm"]
    page = client.get(link)
    assert page.status_code == 200
    assert _status(app) == "pending"
    assert client.post(link).status_code == 200
    assert _status(app) == "active"


def test_the_page_shows_what_will_be_agreed_to_and_only_a_masked_address(
    app: Flask, client: Visitor
) -> None:
    page = client.get(link_to(app, Purpose.CONFIRM)).text
    assert mask(ADA) in page
    assert ADA not in page
    assert "Art" in page
    assert "Law" not in page
    assert "Yes, please send me “The news letter” by e-mail." in page
    assert page.count("<button") == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_follows_the_link_confirms_nothing(
    app: Flask, client: Visitor, method: str
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    before = dump(app)
    for _ in range(3):
        assert client.open(link, method=method).status_code == 200
    assert dump(app) == before


def test_a_second_click_on_the_confirmation_link_is_harmless(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    assert "You are subscribed" in client.post(link).text
    before = dump(app)
    clock.advance(days=1)
    for answer in (client.post(link), client.get(link), client.post(link)):
        assert answer.status_code == 200
        assert "You are already subscribed" in answer.text
    assert dump(app) == before


def test_a_confirmation_touches_nobody_else(app: Flask, client: Visitor) -> None:
    client.post(link_to(app, Purpose.CONFIRM))
    assert _status(app, "pending@example.org") == "pending"
    assert _status(app, "active@example.org") == "active"


def test_the_answer_leads_on_to_the_preference_centre(app: Flask, client: Visitor) -> None:
    page = client.post(link_to(app, Purpose.CONFIRM)).text
    assert link_to(app, Purpose.PREFERENCES) in page


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_link_changes_nothing_and_offers_to_start_again(
    app: Flask, client: Visitor, clock: FrozenClock, method: str
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    clock.advance(days=7, seconds=1)
    before = dump(app)
    answer = client.open(link, method=method)
    assert answer.status_code == 410
    assert "Sign up again" in answer.text
    assert 'class="button" href="/' in answer.text
    assert dump(app) == before


def test_the_link_works_to_its_last_second(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    link = link_to(app, Purpose.CONFIRM)
    clock.advance(days=7)
    assert client.post(link).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_link_of_somebody_who_left_leads_to_a_new_start(
    app: Flask, client: Visitor, method: str
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    before = dump(app)
    answer = client.open(link, method=method)
    assert answer.status_code == 410
    assert "Sign up again" in answer.text
    assert dump(app) == before


def test_an_old_link_does_not_confirm_a_newer_sign_up(app: Flask, client: Visitor) -> None:
    old = link_to(app, Purpose.CONFIRM)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    sign_up(client)
    assert client.post(old).status_code == 410
    assert _status(app) == "pending"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("used", ["unsubscribe", "preferences"])
def test_a_token_of_another_purpose_confirms_nothing(
    app: Flask, client: Visitor, method: str, used: str
) -> None:
    token = link_to(app, Purpose[used.upper()]).rpartition("/")[2]
    before = dump(app)
    assert client.open(f"/confirm/{token}", method=method).status_code == 404
    assert dump(app) == before


def test_an_address_is_active_only_after_its_holder_said_so(app: Flask, client: Visitor) -> None:
    """MS2."""
    for _ in range(3):
        sign_up(client)
    assert _status(app) == "pending"


@contextmanager
def _meanwhile(app: Flask, part: str, action: threading.Thread) -> Iterator[None]:
    """Start ``action`` right after the first statement that holds ``part``."""
    with app.app_context():
        engine = db.engine

    def on_executed(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if part in statement and action.ident is None:
            action.start()
            action.join(1.0)  # it may be waiting for us

    event.listen(engine, "after_cursor_execute", on_executed)
    yield
    event.remove(engine, "after_cursor_execute", on_executed)
    action.join()


def test_a_sign_up_at_the_same_moment_does_not_undo_a_confirmation(
    app: Flask, client: Visitor
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    confirming = threading.Thread(target=lambda: Visitor(app).post(link))
    with _meanwhile(app, "subscriptions.mails_on", confirming):
        assert sign_up(client, topics=["law"]).status_code == 303
    assert confirming.ident is not None
    assert _status(app) == "active"
