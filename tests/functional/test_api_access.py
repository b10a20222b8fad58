"""Every route of the API needs a key for it, and nothing but such a key opens it."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from limits import parse

from subscriptions.operators.scopes import Scope
from subscriptions.web.api import access
from subscriptions.web.api.access import SCOPE, needs
from tests.support.api import NEWS, machine, make_api_key
from tests.support.applications import Visitor
from tests.support.operators import OWNER, desk_of, make_operator, trail
from tests.support.visits import dump, newsletter_id, open_newsletter, rows_of

TABLE = tomllib.loads((Path(access.__file__).parent / "routes.toml").read_text())
PROBLEM = "application/problem+json"


def _routes(app: Flask) -> dict[str, str]:
    return {
        f"{method} {rule.rule}": rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _open_everything(app: Flask) -> None:
    """Put the same harmless answer behind each scope: only the guard is asked."""
    for endpoint in set(_routes(app).values()):

        def opened(**_arguments: Any) -> str:
            return "opened"

        scope = getattr(app.view_functions[endpoint], SCOPE)
        app.view_functions[endpoint] = needs(scope)(opened)


def _keys(app: Flask, scope: Scope) -> dict[str, str]:
    right, revoked = make_api_key(app, scope), make_api_key(app)
    reference = rows_of(app, "api_keys")[-1]["reference"]
    desk_of(app).send(f"/admin/api-keys/{reference}/revoke")
    return {
        "right": right,
        "right, for this newsletter": make_api_key(app, scope, newsletter="news"),
        "none": "",
        "no key": "assent_",
        "another secret": right[:-43] + "x" * 43,
        "over": make_api_key(app, lasts=timedelta(0)),
        "revoked": revoked,
        "all other scopes": make_api_key(app, *(set(Scope) - {scope})),
        "for another newsletter": make_api_key(app, scope, newsletter="other"),
    }


def test_each_route_opens_with_its_scope_and_with_nothing_else(app: Flask) -> None:
    """MP11, MG8."""
    open_newsletter(app)
    open_newsletter(app, "other")
    views = app.view_functions
    assert {r: getattr(views[end], SCOPE, None) for r, end in _routes(app).items()} == TABLE
    _open_everything(app)
    assert machine(app).get("/api/v1/newsletters/news%00/subscribers").status_code == 404
    for route, scope in TABLE.items():
        method, path = route.replace("<newsletter>", "news").split(" ")
        keys = _keys(app, Scope(scope))
        found = {who: machine(app, key).open(path, method=method) for who, key in keys.items()}
        of_one = "<newsletter>" in route
        answers = {who: answer.status_code for who, answer in found.items()}
        expected = dict.fromkeys(keys, 401) | {who: 200 for who in keys if "right" in who}
        expected |= {"all other scopes": 403, "for another newsletter": 404 if of_one else 200}
        assert answers == expected, route
        assert {a.mimetype for a in found.values() if a.status_code > 400} == {PROBLEM}
        challenges = {who: a.headers.get("WWW-Authenticate") for who, a in found.items()}
        assert challenges["none"] == 'Bearer realm="Assent"'
        assert challenges["over"] == 'Bearer realm="Assent", error="invalid_token"'
        assert f'error="insufficient_scope", scope="{scope}"' in str(challenges["all other scopes"])
        nowhere = machine(app, keys["right"]).open(path.replace("/news/", "/x/"), method=method)
        assert not of_one or nowhere.data == found["for another newsletter"].data


def test_a_key_is_shown_once_and_only_its_hash_is_kept(app: Flask) -> None:
    open_newsletter(app)
    make_operator(app)
    owner = desk_of(app)
    only = str(newsletter_id(app, "news"))
    form = {"name": "Web shop", "newsletter": only, "days": "30"}
    refused = owner.send("/admin/api-keys/new", **form)
    assert refused.status_code == 422
    assert rows_of(app, "api_keys") == []
    page = owner.send("/admin/api-keys/new", **form, scopes=["newsletters:read"]).text
    key = page.split('<pre class="snippet">')[1].split("<")[0]
    assert key.startswith("assent_")
    (row,) = rows_of(app, "api_keys")
    assert key[-43:] not in str(dump(app))
    assert key[-43:] not in owner.get("/admin/api-keys").text
    ours = machine(app, key)
    (shown,) = ours.get("/api/v1/newsletters").get_json()["newsletters"]
    assert shown["slug"] == "news"
    assert rows_of(app, "api_keys")[0]["last_used_on"] is not None
    by_url = Visitor(app).get(f"/api/v1/newsletters?access_token={key}")
    assert by_url.status_code == 401
    named = f"API key Web shop ({row['reference'][:8]})"
    assert (OWNER, "api key.made", named) in trail(app)
    owner.send(f"/admin/api-keys/{row['reference']}/revoke")
    assert (OWNER, "api key.revoked", named) in trail(app)
    assert ours.get("/api/v1/newsletters").status_code == 401


def test_keys_have_their_pace_and_guessing_stops(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PER_KEY", parse("2 per minute"))
    monkeypatch.setattr(access, "REFUSALS", parse("2 per minute"))
    ours = machine(app)
    answers = [ours.get("/api/v1/newsletters") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert machine(app).get("/api/v1/newsletters").status_code == 200
    wrong = machine(app, "assent_" + "x" * 65)
    assert [wrong.get(NEWS).status_code for _time in range(2)] == [404, 404]
    path = f"{NEWS}/subscribers"
    assert [wrong.get(path).status_code for _time in range(3)] == [401, 401, 429]
    assert machine(app).get(path).status_code == 404
