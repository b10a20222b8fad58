"""The guided first run: from a password to a form that works and a mail that arrives."""

import re
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from tests.support.applications import BASE_URL, Visitor
from tests.support.counting import counting
from tests.support.operators import (
    OWNER,
    PASSWORD,
    Desk,
    desk_of,
    hash_quickly,
    make_operator,
    trail,
)
from tests.support.smtp import SmtpServer
from tests.support.visits import deliver, open_newsletter, rows_of, sign_up

open_settings = pytest.mark.settings(
    organisation=None, postal_address=None, privacy_contact=None, mail_from=None
)
IDENTITY = {
    "organisation": "Garden Friends",
    "postal_address": "2 Lane, 54321 Town",
    "privacy_contact": "privacy@garden.example",
}


def _newcomer(app: Flask) -> Desk:
    """Who has just chosen a password by the printed link."""
    open_newsletter(app)
    hash_quickly(app)
    with app.app_context():
        link = current_links().to(Purpose.SETUP, "first-operator", 0).removeprefix(BASE_URL)
    desk = Desk(app, use_cookies=True)
    answer = desk.send(link, email=OWNER, password=PASSWORD, again=PASSWORD)
    assert answer.location == "/admin/login?next=/admin/start/organisation"
    desk.sign_in()
    return desk


@open_settings
def test_the_first_owner_is_led_to_a_form_that_works_and_a_mail_that_arrives(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    desk = _newcomer(app)
    assert "0 of 6" in desk.get("/admin/").text
    steps: dict[str, dict[str, Any]] = {
        "organisation": IDENTITY,
        "sender": {"mail_from": "letters@garden.example"},
        "policy": {},
        "newsletter": {"name": "Beds & borders", "description": "Weekly"},
        "form": {"title": "Join us", "intro": "Green fingers", "fields": ["company"]},
    }
    for step, values in steps.items():
        assert desk.get(f"/admin/start/{step}").status_code == 200
        answer = desk.send(f"/admin/start/{step}", **values)
        assert answer.status_code == 302, answer.text
    assert answer.location == "/admin/start/test-mail"
    desk.send("/admin/start/test-mail")
    assert "on its way" in desk.get("/admin/start/test-mail").text
    (mail,) = deliver(app, smtp)
    assert mail.sender == "letters@garden.example"
    assert mail.recipients == (OWNER,)
    assert mail.content["From"] == "Garden Friends <letters@garden.example>"
    assert "2 Lane, 54321 Town" in mail.text()
    assert "The mail server took it" in desk.get("/admin/start/test-mail").text
    assert "First steps" not in desk.get("/admin/").text
    page = client.get("/forms/news").text
    for words in ("Join us", "Green fingers", "Garden Friends", "privacy@garden.example"):
        assert words in page
    assert client.get("/privacy.json").get_json()["controller"]["name"] == "Garden Friends"
    sign_up(client)
    (mail,) = deliver(app, smtp)
    assert mail.content["From"] == "Beds & borders <letters@garden.example>"
    assert {"organisation.edited", "mail.test sent"} <= {action for _, action, _ in trail(app)}


def test_what_the_environment_says_wins_and_is_not_asked_for(app: Flask, client: Visitor) -> None:
    desk = _newcomer(app)
    page = desk.get("/admin/start/organisation").text
    assert page.count("readonly") == 3
    assert "Set by ASSENT_POSTAL_ADDRESS in the environment" in page
    desk.send("/admin/start/organisation", **IDENTITY)
    assert "Garden Friends" not in client.get("/privacy").text
    assert {row["organisation"] for row in rows_of(app, "stored_identity")} <= {""}
    with counting(app) as counted:
        client.get("/privacy")
    assert not any("stored_identity" in statement for statement in counted.statements)


@open_settings
def test_what_is_stored_is_read_once_and_then_remembered(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    client.get("/forms/news")
    with counting(app) as counted:
        client.get("/forms/news")
    assert not any("stored_identity" in statement for statement in counted.statements)


@open_settings
@pytest.mark.parametrize(
    ("step", "values", "said"),
    [
        ("organisation", {"organisation": ""}, "Please fill this in."),
        ("organisation", {"organisation": "a\tb"}, "Please write one line"),
        ("sender", {"mail_from": "nonsense"}, "Please enter an e-mail address"),
        ("newsletter/new", {"new_name": "News", "slug": "news"}, "already"),
        ("form", {"title": ""}, "Please fill this in."),
    ],
)
def test_what_is_wrong_with_a_step_is_said_and_it_stays_open(
    app: Flask, step: str, values: dict[str, str], said: str
) -> None:
    desk = _newcomer(app)
    answer = desk.send(f"/admin/start/{step}", **values)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows_of(app, "first_steps") == []


def test_steps_are_skipped_taken_again_or_put_away_together(app: Flask) -> None:
    desk = _newcomer(app)
    assert desk.send("/admin/start/skip", step="policy").location == "/admin/start/newsletter"
    assert desk.send("/admin/start/policy").location == "/admin/start/newsletter"
    assert [row["skipped"] for row in rows_of(app, "first_steps")] == [False]
    assert desk.send("/admin/start/skip", step="nonsense").status_code == 404
    assert desk.send("/admin/start/skip").location == "/admin/"
    assert "First steps" not in desk.get("/admin/").text
    assert "skipped" in desk.get("/admin/start").text
    assert [row["skipped"] for row in rows_of(app, "first_steps", step="policy")] == [False]


def test_another_newsletter_can_take_the_place_of_the_sample(app: Flask, client: Visitor) -> None:
    desk = _newcomer(app)
    made = {"new_name": "Tips", "slug": "tips", "close": "y"}
    assert desk.send("/admin/start/newsletter/new", **made).location == "/admin/start/form"
    assert client.get("/forms/news").status_code == 404
    desk.send("/admin/start/form", title="Get the tips")
    assert "Get the tips" in client.get("/forms/tips").text


def test_the_guide_says_what_the_mail_server_said(app: Flask, smtp: SmtpServer) -> None:
    desk = _newcomer(app)
    smtp.refuse(OWNER)
    desk.send("/admin/start/test-mail")
    deliver(app, smtp)
    page = desk.get("/admin/start/test-mail")
    assert "recipient refused (550)" in page.text
    assert "Refresh" not in page.headers
    smtp.reset()
    desk.send("/admin/start/test-mail")
    assert desk.get("/admin/start/test-mail").headers["Refresh"] == "2"
    assert len(deliver(app, smtp)) == 1
    assert "The mail server took it" in desk.get("/admin/start/test-mail").text


def test_a_policy_can_be_looked_at_before_it_is_put_into_force(app: Flask) -> None:
    desk = _newcomer(app)
    assert "In force: “default”" in desk.get("/admin/start/policy").text
    page = desk.get("/admin/start/policy?look=mailissa").text
    assert "ASSENT_POLICY=mailissa" in page
    assert "In force: “default”" in desk.get("/admin/start/policy?look=../x").text


def test_only_owners_are_led(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app, "ed@example.org", None)
    assert re.search("First steps", desk_of(app, "ed@example.org").get("/admin/").text) is None
