"""Every route of the admin has a rule, and keeps it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from subscriptions.web import admin
from subscriptions.web.admin.access import RULE, Rule, access
from tests.support.applications import BASE_URL, Visitor
from tests.support.operators import Desk, desk_of, make_operator
from tests.support.visits import open_newsletter

TABLE = tomllib.loads((Path(admin.__file__).parent / "routes.toml").read_text())
EXAMPLES = {
    "<newsletter>": "news",
    "<form>": "news",
    "<topic>": "art",
    "<locale>": "de",
    "<int:letter>": "1",
    "<int:incident>": "1",
    "<any(authority, people):whom>": "people",
    "<int:operator_id>": "1",
    "<reference>": "no-such-reference",
    "<token>": "no-such-token",
}
# Who opens what: 200 opens, 302 is asked to sign in, 403 may not, 404 does not learn of it.
ALL: dict[str, int] = dict.fromkeys(Rule, 200)
OPENS: dict[str, dict[str, int]] = {
    "nobody": dict.fromkeys(map(str, Rule), 302) | {Rule.EVERYONE: 200},
    "owner": ALL,
    "editor": ALL | {Rule.OWNER: 403},
    "viewer": ALL | {Rule.OWNER: 403, Rule.EDITOR: 403},
    "editor here": ALL | {Rule.OWNER: 403},
    "viewer here": ALL | {Rule.OWNER: 403, Rule.EDITOR: 403},
    "editor elsewhere": ALL | {Rule.OWNER: 403, Rule.EDITOR: 404, Rule.VIEWER: 404},
    "without a role": ALL | {Rule.OWNER: 403, Rule.EDITOR: 404, Rule.VIEWER: 404},
}
HOLDS: dict[str, tuple[Role | None, dict[str, Role]]] = {
    "owner": (Role.OWNER, {}),
    "editor": (Role.EDITOR, {}),
    "viewer": (Role.VIEWER, {}),
    "editor here": (None, {"news": Role.EDITOR}),
    "viewer here": (None, {"news": Role.VIEWER}),
    "editor elsewhere": (None, {"other": Role.EDITOR}),
    "without a role": (None, {}),
}


def _routes(app: Flask) -> dict[str, str]:
    """Every route below /admin, as the table writes it, and its endpoint."""
    return {
        f"{method} {rule.rule}": rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _example(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    for part, value in EXAMPLES.items():
        path = path.replace(part, value)
    return method, path


def _open_everything(app: Flask) -> None:
    """Put the same harmless page behind each of our rules: only the guard is asked."""
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith("admin."):

            def opened(**_arguments: Any) -> str:
                return "opened"

            app.view_functions[endpoint] = access(getattr(view, RULE))(opened)
    app.config["WTF_CSRF_ENABLED"] = False


def test_the_table_beside_the_routes_names_each_of_them_with_its_rule(app: Flask) -> None:
    routes = _routes(app)
    assert set(TABLE) == set(routes)
    declared = {
        route: getattr(app.view_functions[endpoint], RULE)
        for route, endpoint in routes.items()
        if endpoint.startswith("admin.")
    }
    assert declared == {route: TABLE[route] for route in declared}


@pytest.mark.parametrize("who", OPENS)
def test_each_role_opens_what_the_table_says_and_nothing_else(app: Flask, who: str) -> None:
    """MP11, MG8."""
    for slug in ("news", "other"):
        open_newsletter(app, slug)
    visitor: Visitor = Visitor(app, use_cookies=True)
    if who in HOLDS:
        role, certain = HOLDS[who]
        make_operator(app, "op@example.org", role, certain)
        visitor = desk_of(app, "op@example.org")
    _open_everything(app)
    ours = [route for route, end in _routes(app).items() if end.startswith("admin.")]
    answers = {}
    for route in ours:
        method, path = _example(route)
        answers[route] = visitor.open(path, method=method).status_code
    assert answers == {route: OPENS[who][TABLE[route]] for route in ours}


def test_flask_securitys_own_pages_ask_for_a_sign_in_where_the_table_says_so(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    make_operator(app)
    nobody, owner = Visitor(app, use_cookies=True), desk_of(app)
    for route, end in _routes(app).items():
        if not end.startswith("security.") or TABLE[route] != "signed in":
            continue
        method, path = _example(route)
        answer = nobody.open(path, method=method)
        assert answer.status_code == 302, route
        assert answer.location.startswith("/admin/login"), route
        if method == "GET":
            opened = owner.get(path)
            # To remove a passkey has no page of its own.
            assert opened.status_code == 200 or opened.location == "/admin/wan-register", route


def test_no_form_is_taken_without_its_token(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app)
    desk = desk_of(app)
    posts = [_example(route) for route in TABLE if route.startswith("POST")]
    for _method, path in posts:
        if path == "/admin/logout":
            continue  # asks for the press of a button instead of refusing
        answer = desk.post(path, headers={"Referer": f"{BASE_URL}/"})
        assert answer.status_code == 400, path


def test_a_view_without_a_rule_opens_for_nobody(app: Flask) -> None:
    make_operator(app)
    desk = desk_of(app)
    app.view_functions["admin.account"] = lambda: "opened"
    assert desk.get("/admin/account").status_code == 500


def test_what_one_has_no_role_on_does_not_exist(app: Flask) -> None:
    """MP11, MG8."""
    for slug in ("news", "other"):
        open_newsletter(app, slug)
    make_operator(app, "op@example.org", None, {"other": Role.EDITOR})
    desk: Desk = desk_of(app, "op@example.org")
    there, nowhere = desk.get("/admin/newsletters/news"), desk.get("/admin/newsletters/nowhere")
    assert there.status_code == nowhere.status_code == 404
    assert there.text == nowhere.text
    assert "The other letter" in desk.get("/admin/newsletters").text
    assert "The news letter" not in desk.get("/admin/").text


def test_no_path_with_a_nul_in_it_leads_anywhere(app: Flask) -> None:
    """PostgreSQL can't even be asked for one."""
    open_newsletter(app)
    make_operator(app)
    desk = desk_of(app)
    paths = {_example(route)[1] for route in TABLE if route.startswith("GET") and "<" in route}
    for path in sorted({*paths, "/admin/newsletters/news/exports/x"}):
        assert desk.get(f"{path}%00").status_code == 404, path
