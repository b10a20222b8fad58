"""Owners are told in time: before a request is due, when it is overdue, and of rights exercised."""

import pytest
from flask import Flask

from subscriptions.privacy.notices import tell_operators
from tests.support.applications import Visitor
from tests.support.data_requests import mails_about, record, steps
from tests.support.managing import act, correct, manage_path
from tests.support.operators import OWNER, Desk, desk_of, make_operator
from tests.support.smtp import Received, SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, deliver, open_newsletter, rows_of, subscribe


@pytest.fixture
def desk(app: Flask, clock: FrozenClock, smtp: SmtpServer) -> Desk:
    """An owner's browser, on 2 March."""
    assert clock.now
    make_operator(app)
    deliver(app, smtp)
    return desk_of(app)


def _told(app: Flask, smtp: SmtpServer, words: str) -> list[Received]:
    with app.app_context():
        tell_operators()
        tell_operators()
    return mails_about(app, smtp, words)


def test_owners_are_reminded_once_before_a_request_is_due_and_once_after(
    app: Flask, desk: Desk, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MM2, MM4, MG5."""
    record(app, desk)  # due on 2 April
    clock.advance(days=23)
    assert _told(app, smtp, "request") == []
    clock.advance(days=1)
    [mail] = _told(app, smtp, "is due soon")
    assert mail.recipients == (OWNER,)
    assert "Ada" not in str(mail.raw)
    clock.advance(days=7)
    assert _told(app, smtp, "request") == []
    clock.advance(days=1)
    assert len(_told(app, smtp, "is overdue")) == 1
    assert steps(app) == ["recorded", "reminded", "overdue"]


def test_what_is_closed_needs_no_reminder(
    app: Flask, desk: Desk, smtp: SmtpServer, clock: FrozenClock
) -> None:
    desk.send(f"{record(app, desk)}/close", outcome="done")
    clock.advance(days=60)
    assert _told(app, smtp, "request") == []


def test_an_extended_one_is_reminded_of_again(
    app: Flask, desk: Desk, smtp: SmtpServer, clock: FrozenClock
) -> None:
    path = record(app, desk)
    clock.advance(days=25)
    assert len(_told(app, smtp, "is due soon")) == 1
    desk = desk_of(app)
    desk.send(f"{path}/extend", why="Hundreds of them")
    assert _told(app, smtp, "request") == []
    clock.advance(days=61)
    assert len(_told(app, smtp, "is due soon")) == 1


def test_owners_are_told_what_people_did_by_themselves_and_never_who(
    app: Flask, client: Visitor, desk: Desk, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MG10."""
    open_newsletter(app)
    for address in (ADA, "eve@example.org"):
        subscribe(app, client, address, name="Somebody")
    path = manage_path(app, client, smtp)
    correct(app, client, path, name="Ada", locale="en")
    act(client, path, "restrict")
    act(client, path, "erase")
    act(client, manage_path(app, client, smtp, "eve@example.org"), "erase")
    counted = {row["kind"]: row["count"] for row in rows_of(app, "rights_counts")}
    assert counted == {"rectification": 1, "restriction": 1, "erasure": 2}
    assert _told(app, smtp, "by themselves") == []
    clock.advance(days=1)
    [mail] = _told(app, smtp, "by themselves")
    assert "4 rights were exercised" in mail.text()
    assert b"ada@" not in mail.raw.lower()
    assert b"eve@" not in mail.raw.lower()
    page = desk_of(app).get("/admin/requests").text
    assert "Done by the people themselves" in page
    assert "Erasure (Article 17)" in page


def test_the_counts_go_with_the_statistics(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    open_newsletter(app)
    subscribe(app, client)
    act(client, manage_path(app, client, smtp), "erase")
    assert len(rows_of(app, "rights_counts")) == 1
    ran = app.test_cli_runner().invoke(args=["retention", "run", "--as-of", "2032-01-01"])
    assert ran.exit_code == 0
    assert rows_of(app, "rights_counts") == []
