"""An owner mails what a new version of the policy has changed: once."""

from importlib.resources import files
from pathlib import Path

import pytest
from flask import Flask

from subscriptions.config import Settings
from subscriptions.operators.roles import Role
from tests.support.announcements import announced, promise
from tests.support.applications import Visitor, run_jobs
from tests.support.operators import Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.visits import ADA, open_newsletter, sign_up, subscribe

PAGE = "/admin/announcements/policy"
WHAT = "Suppression entries are kept for one year instead of two."


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A policy with two dated changes; the later one stands first in its file."""
    text = (files("subscriptions.privacy") / "policies" / "default.toml").read_text()
    newest = f'[[change]]\ndate = "2027-02-01"\nwhat = "{WHAT}"\n\n'
    text = text.replace("[[change]]", f"{newest}[[change]]", 1)
    path = tmp_path / "newer.toml"
    path.write_text(text.replace('version = "2026-11-24"', 'version = "2027-02-01"'))
    return settings.model_copy(update={"policy": str(path)})


@pytest.fixture
def desk(app: Flask, client: Visitor, smtp: SmtpServer) -> Desk:
    """An owner's browser, where one person is subscribed and another one never confirmed."""
    open_newsletter(app)
    subscribe(app, client)
    sign_up(client, "pending@example.org")
    make_operator(app)
    made = desk_of(app)
    run_jobs(app)
    smtp.messages.clear()
    return made


def test_an_owner_sees_the_change_and_the_mail_before_sending_it(desk: Desk) -> None:
    """MP9."""
    page = desk.get(PAGE).text
    assert page.count(WHAT) == 2
    assert "2027-02-01" in page
    assert "One person gets the mail" in page
    assert "Subject" in page
    assert "https://news.example.org/unsubscribe/…" in page


def test_the_change_is_mailed_once_for_each_version(
    app: Flask, smtp: SmtpServer, desk: Desk
) -> None:
    """MP9: changes are shown on the notice, and mailed if the operator wants that."""
    assert desk.send(PAGE).location == "/admin/announcements"
    promise(app)
    mails = announced(app, smtp)
    assert list(mails) == [ADA]
    assert WHAT in mails[ADA].text()
    assert "https://news.example.org/privacy" in mails[ADA].text("html")
    assert trail(app)[-1][1:] == ("policy change.mailed", "policy 2027-02-01")
    assert desk.send(PAGE).status_code == 409
    assert "This version was mailed on" in desk.get(PAGE).text
    promise(app)
    assert announced(app, smtp) == {}


def test_only_owners_mail_it(app: Flask, desk: Desk) -> None:
    make_operator(app, "editor@example.org", Role.EDITOR)
    editor = desk_of(app, "editor@example.org")
    assert editor.get(PAGE).status_code == 403
    assert PAGE not in editor.get("/admin/announcements").text
    assert PAGE in desk.get("/admin/announcements").text
