"""One person's page: what has happened, and restricting on their behalf."""

import re

from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.applications import Visitor
from tests.support.data_requests import record_in
from tests.support.exports import addresses, keep_export
from tests.support.operators import OWNER, desk_of, make_operator, owner_with_news, record_of, trail
from tests.support.smtp import SmtpServer
from tests.support.visits import deliver, open_newsletter, rows_of, sign_up, subscribe

ADA, BOB = "ada@example.org", "bob@example.org"


def _timeline(page: str) -> list[str]:
    """What the timeline says, without the times."""
    listed = page.split('<ol class="timeline">')[1].split("</ol>", maxsplit=1)[0]
    lines = re.sub(r"<time.*?</time>|<[^>]+>", "", listed).split("\n")
    return [line.strip() for line in lines if line.strip()]


def test_the_page_tells_what_has_happened_newest_first(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    desk = owner_with_news(app)
    subscribe(app, client, BOB)
    subscribe(app, client, ADA, name="Ada")
    deliver(app, smtp)
    record_in(app, ADA)
    keep_export(app)
    record = record_of(desk, ADA)
    desk.send(f"{record}/wipe", field="name", reason="asked for")
    keep_export(app)
    told = _timeline(desk.get(record).text)
    assert told[0].startswith("In an export: A test")
    assert told[1] == f"Done by an operator: profile.field wiped (name) ({OWNER})"
    for line in ("Confirmed: confirmation link", "Signed up: form:news"):
        assert line in told
    assert sum(line.startswith("In an export") for line in told) == 2
    assert sum(line.startswith("A request about their data") for line in told) == 1


def test_a_viewer_is_told_neither_who_did_it_nor_of_requests(app: Flask, client: Visitor) -> None:
    """MP11."""
    desk = owner_with_news(app)
    subscribe(app, client, ADA)
    record_in(app, ADA)
    desk.send(f"{record_of(desk, ADA)}/restrict")
    make_operator(app, "v@example.org", Role.VIEWER)
    viewer = desk_of(app, "v@example.org")
    told = _timeline(viewer.get(record_of(viewer, ADA)).text)
    assert "Done by an operator: subscription.restricted" in told
    assert not any("request about" in line for line in told)


def test_an_operator_restricts_and_lifts_once_the_person_was_told(
    app: Flask, client: Visitor
) -> None:
    """MP3: of this newsletter alone; who is restricted is in no export."""
    desk = owner_with_news(app)
    open_newsletter(app, "other")
    for form in ("news", "other"):
        subscribe(app, client, ADA, form)
    subscribe(app, client, BOB)
    record = record_of(desk, ADA)
    for _ in range(2):
        assert desk.send(f"{record}/restrict").location == record
    assert addresses(app) == [BOB]
    assert addresses(app, newsletter="other") == [ADA]
    assert "Restricted since" in desk.get(record).text
    assert desk.send(f"{record}/lift").status_code == 422
    assert desk.send(f"{record}/lift", told="y").location == record
    assert addresses(app) == [ADA, BOB]
    acts = [(what, thing) for _who, what, thing in trail(app) if what.startswith("subscription.")]
    about = f"subscription {record[-22:]}"
    assert acts == [
        ("subscription.restricted", about),
        ("subscription.restriction lifted", about),
    ]


def test_who_has_not_confirmed_has_nothing_to_restrict(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    sign_up(client, ADA)
    assert desk.send(f"{record_of(desk, ADA)}/restrict").status_code == 409
    assert rows_of(app, "subscriptions")[0]["restricted_at"] is None
