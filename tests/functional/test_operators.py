"""Owners look after operators."""

import re

from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.applications import BASE_URL
from tests.support.operators import (
    OWNER,
    PASSWORD,
    Desk,
    desk_of,
    hash_quickly,
    make_operator,
    operator_named,
    trail,
)
from tests.support.smtp import SmtpServer
from tests.support.visits import deliver, newsletter_id, open_newsletter, rows_of

LINK = re.compile(rf"{BASE_URL}(/admin/setup/\S+)")
ED = "ed@example.org"


def _invite(desk: Desk, address: str = ED, role: str = "", **certain: str) -> int:
    return desk.send("/admin/operators/new", email=address, role=role, **certain).status_code


def test_an_invitation_gives_a_role_on_one_newsletter_only(app: Flask, smtp: SmtpServer) -> None:
    """MG8."""
    for slug in ("news", "other"):
        open_newsletter(app, slug)
    make_operator(app)
    owner = desk_of(app)
    deliver(app, smtp)
    field = f"newsletter_{newsletter_id(app, 'news')}"
    assert _invite(owner, **{field: "editor"}) == 302
    (mail,) = deliver(app, smtp)
    link = LINK.search(mail.text())
    assert link
    desk = Desk(app, use_cookies=True)
    desk.send(link[1], password=PASSWORD, again=PASSWORD)
    assert desk.sign_in(ED).location == "/admin/"
    assert desk.get("/admin/newsletters/news/edit").status_code == 200
    assert desk.get("/admin/newsletters/other").status_code == 404
    assert desk.get("/admin/operators").status_code == 403


def test_nobody_is_invited_twice(app: Flask) -> None:
    make_operator(app)
    owner = desk_of(app)
    assert _invite(owner, role="viewer") == 302
    assert _invite(owner, "Ed@Example.org", role="viewer") == 422
    assert _invite(owner, "not an address", role="viewer") == 422
    assert len(rows_of(app, "operators")) == 2


def test_a_fresh_invitation_replaces_the_one_before(app: Flask, smtp: SmtpServer) -> None:
    make_operator(app)
    owner = desk_of(app)
    deliver(app, smtp)
    _invite(owner, role="viewer")
    owner.send(f"/admin/operators/{operator_named(app, ED)['id']}/invitation")
    first, second = (LINK.search(mail.text()) for mail in deliver(app, smtp))
    assert first
    assert second
    desk = Desk(app, use_cookies=True)
    assert desk.get(first[1]).status_code == 410
    assert desk.get(second[1]).status_code == 200


def test_an_account_that_is_set_up_is_not_invited_again(app: Flask) -> None:
    make_operator(app)
    someone = make_operator(app, ED, Role.VIEWER)
    answer = desk_of(app).send(f"/admin/operators/{someone}/invitation")
    assert answer.status_code == 409


def test_a_change_of_role_counts_at_once(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app)
    someone = make_operator(app, ED, Role.VIEWER)
    owner, desk = desk_of(app), desk_of(app, ED)
    assert desk.get("/admin/newsletters/news/edit").status_code == 403
    owner.send(f"/admin/operators/{someone}", role="editor")
    assert desk.get("/admin/newsletters/news/edit").status_code == 200
    entry = rows_of(app, "audit_entries")[-1]
    assert entry["details"]["before"]["role"] == "viewer"
    assert entry["details"]["after"]["role"] == "editor"


def test_a_removed_operator_is_out_at_once_and_stays_in_the_trail(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app)
    someone = make_operator(app, ED, Role.OWNER, {"news": Role.EDITOR})
    owner, desk = desk_of(app), desk_of(app, ED)
    desk.send("/admin/newsletters/news/close")
    assert owner.send(f"/admin/operators/{someone}/remove").status_code == 302
    assert desk.get("/admin/").status_code == 302
    assert rows_of(app, "newsletter_roles") == []
    assert (ED, "newsletter.closed", "newsletter news") in trail(app)
    assert rows_of(app, "audit_entries", action="newsletter.closed")[0]["operator_id"] == someone
    assert ED in owner.get("/admin/audit").text


def test_there_is_always_an_owner(app: Flask) -> None:
    mine = make_operator(app)
    owner = desk_of(app)
    assert owner.send(f"/admin/operators/{mine}/remove").status_code == 409
    assert owner.send(f"/admin/operators/{mine}", role="viewer").status_code == 422
    make_operator(app, ED, Role.OWNER)
    assert owner.send(f"/admin/operators/{mine}", role="viewer").status_code == 302


def test_owning_one_newsletter_only_is_refused(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app)
    field = f"newsletter_{newsletter_id(app, 'news')}"
    assert _invite(desk_of(app), **{field: "owner"}) == 422


def test_the_trail_comes_in_pages(app: Flask) -> None:
    hash_quickly(app)
    open_newsletter(app)
    make_operator(app)
    owner = desk_of(app)
    for _ in range(51):
        owner.send("/admin/newsletters/news/topics/art/move", direction="down")
    page = owner.get("/admin/audit").text
    older = re.search(r'href="(/admin/audit\?before=\d+)"', page)
    assert older
    assert f"operator {OWNER}" in owner.get(older[1]).text
