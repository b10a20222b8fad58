"""The one-time link that sets an account up."""

import re

from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.cli.preparing import welcome
from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from tests.support.applications import BASE_URL, Visitor
from tests.support.operators import OWNER, PASSWORD, TOKEN, Desk, hash_quickly, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, rows_of

LINK = re.compile(rf"{BASE_URL}(/admin/setup/\S+)")


def _first_link(app: Flask) -> str:
    with app.app_context():
        link = current_links().to(Purpose.SETUP, "first-operator", 0)
    return link.removeprefix(BASE_URL)


def _desk(app: Flask) -> Desk:
    hash_quickly(app)
    return Desk(app, use_cookies=True)


def _fill_in(desk: Desk, link: str, **data: str) -> int:
    return desk.send(link, **({"password": PASSWORD, "again": PASSWORD} | data)).status_code


def test_the_first_link_makes_the_first_owner_once(app: Flask) -> None:
    link, desk = _first_link(app), _desk(app)
    assert desk.get(link).status_code == 200
    assert rows_of(app, "operators") == []
    assert _fill_in(desk, link, email="Owner@example.org") == 302
    assert desk.sign_in().location == "/admin/"
    assert "Owner" in desk.get("/admin/account").text
    assert trail(app) == [(OWNER, "operator.created", f"operator {OWNER}")]
    other = _desk(app)
    assert other.get(link).status_code == 410
    assert _fill_in(other, link, email="thief@example.org") == 410
    assert len(rows_of(app, "operators")) == 1


def test_a_form_that_was_open_while_somebody_else_was_faster_makes_nobody(app: Flask) -> None:
    link, desk = _first_link(app), _desk(app)
    token = TOKEN.search(desk.get(link).text)
    assert token
    make_operator(app, "faster@example.org")
    data = {"csrf_token": token[1], "email": OWNER, "password": PASSWORD, "again": PASSWORD}
    answer = desk.post(link, data=data, headers={"Referer": f"{BASE_URL}/"})
    assert answer.status_code == 410
    assert len(rows_of(app, "operators")) == 1


def test_the_first_link_expires_after_a_day(app: Flask, clock: FrozenClock) -> None:
    link = _first_link(app)
    clock.advance(hours=23)
    assert _desk(app).get(link).status_code == 200
    clock.advance(hours=2)
    assert _desk(app).get(link).status_code == 410


def test_a_forged_link_leads_nowhere(app: Flask, client: Visitor) -> None:
    assert client.get(f"{_first_link(app)}x").status_code == 404
    assert client.get("/admin/setup/first-operator.0").status_code == 404


def test_what_is_wrong_with_the_form_is_said_and_nobody_is_made(app: Flask) -> None:
    """MG12."""
    link, desk = _first_link(app), _desk(app)
    for wrong in (
        {"email": "nobody"},
        {"email": OWNER, "password": "short", "again": "short"},
        {"email": OWNER, "again": "something else entirely"},
        {"email": OWNER, "password": "", "again": ""},
    ):
        assert _fill_in(desk, link, **wrong) == 422
    assert rows_of(app, "operators") == []


def test_passwords_are_kept_as_argon2(app: Flask) -> None:
    """MG12."""
    make_operator(app)
    assert rows_of(app, "operators")[0]["password"].startswith("$argon2id$")


def test_the_command_invites_by_mail_and_prints_a_link_that_works_once(
    app: Flask, runner: FlaskCliRunner, smtp: SmtpServer
) -> None:
    result = runner.invoke(args=["operator", "create", "Ed@example.org", "--role", "editor"])
    assert result.exit_code == 0, result.output
    printed = LINK.search(result.output)
    (mail,) = deliver(app, smtp)
    assert mail.recipients == ("ed@example.org",)
    mailed = LINK.search(mail.text())
    assert printed
    assert mailed
    assert printed[1] == mailed[1]
    desk = _desk(app)
    assert "ed@example.org" in desk.get(printed[1]).text
    assert _fill_in(desk, printed[1]) == 302
    assert desk.sign_in("ed@example.org").location == "/admin/"
    assert _fill_in(_desk(app), printed[1]) == 410
    assert trail(app) == [
        ("command line", "operator.invited", "operator ed@example.org"),
        ("ed@example.org", "operator.set up", "operator ed@example.org"),
    ]


def test_the_command_refuses_an_address_that_is_there(runner: FlaskCliRunner) -> None:
    words = ["operator", "create", OWNER, "--role", "owner"]
    assert runner.invoke(args=words).exit_code == 0
    again = runner.invoke(args=words)
    assert again.exit_code == 1
    assert "already" in again.output


def test_the_command_says_what_is_bad_usage(runner: FlaskCliRunner) -> None:
    for words in (
        ["operator", "create", "nonsense", "--role", "owner"],
        ["operator", "create", OWNER, "--role", "king"],
        ["operator", "create", OWNER],
        ["operator", "create"],
    ):
        result = runner.invoke(args=words)
        assert result.exit_code == 2, words
        assert "Traceback" not in result.output


def test_the_start_prints_the_first_link_and_later_where_to_sign_in(app: Flask) -> None:
    with app.app_context():
        printed = LINK.search(welcome())
    assert printed
    assert _fill_in(_desk(app), printed[1], email=OWNER) == 302
    with app.app_context():
        assert LINK.search(welcome()) is None
        assert f"{BASE_URL}/admin/login" in welcome()
