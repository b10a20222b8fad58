"""The admin's pages of webhooks: owners make them, for recipients that the policy names."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from subscriptions.core.transactions import unit_of_work
from subscriptions.webhooks.operations import NoRecipient, Why, pause
from subscriptions.webhooks.queries import webhook_by_reference
from subscriptions.webhooks.signing import secret_of
from tests.support.applications import run_jobs
from tests.support.operators import OWNER, Desk, owner_with_news, trail
from tests.support.policies import put_in_force
from tests.support.visits import rows_of
from tests.support.webhooks import RECIPIENT, Receiver, hook_in, listening, paused_why

PAGES = "/admin/webhooks"
WISH = {"recipient": RECIPIENT, "newsletter": "", "kinds": ["subscription.ended"]}
pytestmark = pytest.mark.settings(policy="mail-manager")


@pytest.fixture
def desk(app: Flask) -> Desk:
    """An owner's browser."""
    return owner_with_news(app)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes everything."""
    with listening() as server:
        yield server


def test_an_owner_makes_one_shows_its_secret_and_tries_it(
    app: Flask, desk: Desk, receiver: Receiver
) -> None:
    made = desk.send(f"{PAGES}/new", url=receiver.url, **WISH)
    [hook] = rows_of(app, "webhooks")
    here = f"{PAGES}/{hook['reference']}"
    assert (made.status_code, made.location) == (302, here)
    page = desk.get(here).text
    assert receiver.url in page
    with app.app_context():
        secret = secret_of(hook["reference"])
    assert secret not in page
    assert secret in desk.send(f"{here}/secret").text
    desk.send(f"{here}/test")
    run_jobs(app)
    assert receiver.types() == ["test"]
    assert receiver.told[0].headers["webhook-signature"].startswith("v1,")
    assert [entry[1:] for entry in trail(app) if entry[0] == OWNER][-3:] == [
        (f"webhook.{done}", f"webhook {hook['reference']}")
        for done in ("made", "secret shown", "tested")
    ]
    assert rows_of(app, "audit_entries")[-1]["details"]["host"] == "127.0.0.1"


def test_a_bad_address_nothing_to_tell_and_a_stranger_are_refused(app: Flask, desk: Desk) -> None:
    """MM11."""
    good = "https://hooks.example.org/"
    for wish in (
        {"url": "http://hooks.example.org/"},
        {"url": "https://me:secret@hooks.example.org/"},
        {"url": good, "kinds": []},
        {"url": good, "recipient": "Somebody else"},
    ):
        assert desk.send(f"{PAGES}/new", **{**WISH, **wish}).status_code == 422
    assert rows_of(app, "webhooks") == []


def test_it_is_paused_resumed_and_deleted_with_what_waits(
    app: Flask, desk: Desk, receiver: Receiver
) -> None:
    hook = hook_in(app, receiver.url, "news")
    here = f"{PAGES}/{hook}"
    desk.send(f"{here}/pause")
    desk.send(f"{here}/test")
    assert "This webhook is paused." in desk.get(here).text
    desk.send(f"{here}/resume")
    desk.send(f"{here}/test")
    assert len(rows_of(app, "webhook_events")) == 1
    assert desk.send(f"{here}/delete").location == PAGES
    run_jobs(app)
    assert (rows_of(app, "webhooks"), rows_of(app, "webhook_events")) == ([], [])
    assert receiver.told == []


def test_owners_see_on_the_overview_what_was_paused_by_itself(app: Flask, desk: Desk) -> None:
    hook = hook_in(app, "https://hooks.example.org/")
    words = "An event could not be delivered for three days."
    assert words not in desk.get("/admin/").text
    with app.app_context(), unit_of_work() as session:
        pause(webhook_by_reference(session, hook), Why.FAILING)
    overview = desk.get("/admin/").text
    assert words in overview
    assert f"{PAGES}/{hook}" in overview


def test_under_a_policy_without_recipients_webhooks_are_refused(app: Flask, desk: Desk) -> None:
    """MS9."""
    hook = hook_in(app, "https://hooks.example.org/")
    put_in_force(app, "mailissa", {})
    assert "names no recipient" in desk.get(PAGES).text
    assert f'href="{PAGES}/new"' not in desk.get(PAGES).text
    assert desk.send(f"{PAGES}/new", url="https://hooks.example.org/", **WISH).status_code == 422
    with pytest.raises(NoRecipient):
        hook_in(app, "https://hooks.example.org/")
    desk.send(f"{PAGES}/{hook}/pause")
    desk.send(f"{PAGES}/{hook}/resume")
    assert "does not name this recipient" in desk.get(PAGES).text
    assert paused_why(app, hook) == "owner"


def test_the_register_says_which_recipients_are_told_by_webhook(app: Flask, desk: Desk) -> None:
    """MM11."""
    hook_in(app, "https://hooks.example.org/secret-path")
    page = desk.get("/admin/register").text
    assert re.search(r"told by webhook: hooks\.example\.org\)", page)
    assert "secret-path" not in page
