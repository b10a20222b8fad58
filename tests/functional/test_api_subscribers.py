"""What the API does about subscribers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import add_topic, create_form, create_newsletter
from subscriptions.transfer import pages
from tests.support.api import NEWS, Machine, machine
from tests.support.applications import Visitor
from tests.support.exports import CONTRACT
from tests.support.operators import desk_of
from tests.support.smtp import SmtpServer
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

PEOPLE, UNSUBSCRIBE = f"{NEWS}/subscribers", f"{NEWS}/unsubscribe"
PROFILE = ["name", "company", "phone", "postal_address"]
READ = "api.subscribers read"
EXAMPLE = re.compile(
    r"```http\n(GET|POST) (\S+)\n(.*?)```(?:(?:(?!```).)*```json\n(.*?)```)?", re.DOTALL
)
EXAMPLES = EXAMPLE.findall((Path(__file__).parents[2] / "docs" / "api.md").read_text())


def _add(ours: Machine, email: str, **more: Any) -> tuple[int, bytes]:
    answer = ours.post(PEOPLE, json={"form": "news", "email": email} | more)
    return answer.status_code, answer.data


def _held(app: Flask) -> dict[str, Any]:
    """Everything but what says that a key was used."""
    return {
        name: rows for name, rows in dump(app).items() if name not in {"api_keys", "audit_entries"}
    }


def test_subscribers_are_read_page_by_page_with_the_fields_of_the_export(
    app: Flask, client: Visitor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, topics=["law", "art"], name="Ada")
    sign_up(client, "pending@example.org")
    subscribe(app, client, "noise@example.org", "other")
    subscribe(app, client, "bob@example.org")
    ours = machine(app)
    monkeypatch.setattr(pages, "PAGE", 1)
    first = ours.get(PEOPLE).get_json()
    last = ours.get(PEOPLE, query_string={"after": first["next"]}).get_json()
    (ada,), (bob,) = first["subscribers"], last["subscribers"]
    assert list(ada) == sorted([*CONTRACT, *PROFILE, "reference"])
    # The random id that a webhook speaks of (MM11).
    assert f"/unsubscribe/{ada['reference']}." in ada["unsubscribe_url"]
    assert (ada["email"], ada["topics"], ada["name"]) == (ADA, ["art", "law"], "Ada")
    assert (ada["status"], ada["company"]) == ("active", None)
    assert (bob["email"], last["next"]) == ("bob@example.org", None)
    pending = ours.get(PEOPLE, query_string={"status": "pending"}).get_json()
    assert [one["email"] for one in pending["subscribers"]] == ["pending@example.org"]
    for wrong in ("?status=gone", "?after=x", "?after=-1", f"?after={9**30}", "?email=a@b.org"):
        assert ours.get(PEOPLE + wrong).status_code == 422, wrong
    assert len(rows_of(app, "audit_entries", action=READ)) == 1
    clock.advance(days=1)
    ours.get(PEOPLE)
    noted = rows_of(app, "audit_entries", action=READ)
    assert [(n["newsletter"], n["operator_id"]) for n in noted] == [("news", None)] * 2
    actor = noted[0]["actor"]
    assert actor.startswith("API key Web shop (")
    trail = desk_of(app).get("/admin/audit", query_string={"operator": actor, "action": "api."})
    assert trail.text.count(f"<td>{READ}</td>") == 2


def test_adding_asks_by_mail_and_answers_the_same_for_every_address(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    open_newsletter(app)
    subscribe(app, client)
    sign_up(client, "pending@example.org", topics=["law"])
    suppress_in(app, "gone@example.org")
    ours = machine(app)
    deliver(app, smtp)
    held = _held(app)
    known = [_add(ours, one) for one in (ADA, "pending@example.org", "gone@example.org")]
    assert _held(app) == held
    new = _add(ours, "new@example.org", topics=["art"], profile={"name": "Nell"})
    assert [new] * 3 == known
    assert new[0] == 202
    (mail,) = deliver(app, smtp)
    assert mail.recipients == ("new@example.org",)
    assert client.post(links_in(mail)["confirm"]).status_code == 200
    found = ours.get(PEOPLE).get_json()["subscribers"][-1]
    assert (found["email"], found["topics"], found["name"]) == ("new@example.org", ["art"], "Nell")
    assert "api: Web shop" in {row["source"] for row in rows_of(app, "consent_records")}
    assert "new@" not in str(rows_of(app, "audit_entries", action="api.subscriber added"))


def test_ending_erases_and_answers_the_same_for_an_address_that_has_nothing(
    app: Flask, client: Visitor
) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "stays@example.org")
    subscribe(app, client, "stays@example.org", "other")
    before = _held(app)["subscribers"]
    subscribe(app, client)
    ours = machine(app)
    known = ours.post(UNSUBSCRIBE, json={"email": ADA.upper()})
    unknown = ours.post(UNSUBSCRIBE, json={"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 204
    assert (known.data, dict(known.headers)) == (unknown.data, dict(unknown.headers))
    assert _held(app)["subscribers"] == before
    (noted,) = rows_of(app, "audit_entries", action="api.subscriber ended")
    assert noted["object"].startswith("subscription ")
    ours.post(UNSUBSCRIBE, json={"email": "stays@example.org"})
    assert [row["newsletter_id"] for row in rows_of(app, "subscriptions")] == [2]


BAD = [
    (400, b"{", {}),
    (400, b"", {}),
    (400, b"\xff\xfe{}", {}),
    (400, b"[" * 9_000, {}),
    (413, b'{"email":"' + b"x" * 17_000 + b'"}', {}),
    (415, b"email=x@example.org", {"content_type": "application/x-www-form-urlencoded"}),
    (422, b"[]", {}),
    (422, b'"x"', {}),
    (422, b"{}", {}),
    (422, {"email": "x@example.org", "form": "news", "name": "X"}, {}),
    (422, {"email": ["x@example.org"], "form": "news"}, {}),
    (422, {"email": None, "form": "news"}, {}),
    (422, {"email": "no address", "form": "news"}, {}),
    (422, {"email": "x@example.org\0", "form": "news"}, {}),
    (422, {"email": "x@example.org", "form": "other"}, {}),
    (422, {"email": "x@example.org", "form": "no\0where"}, {}),
    (422, {"email": "x@example.org", "form": "news", "topics": "art"}, {}),
    (422, {"email": "x@example.org", "form": "news", "topics": ["no-such"]}, {}),
    (422, {"email": "x@example.org", "form": "news", "profile": {"shoe": "42"}}, {}),
    (422, {"email": "x@example.org", "form": "news", "profile": {"name": "x" * 2_001}}, {}),
    (422, {"email": "x@example.org", "form": "news", "profile": {"name": "two\nlines"}}, {}),
]


def test_what_can_not_be_taken_is_a_problem_and_leaves_nothing(app: Flask) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    ours = machine(app)
    before = _held(app)
    for status, sent, more in BAD:
        data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        for path in (PEOPLE, UNSUBSCRIBE):
            answer = ours.post(path, data=data, **{"content_type": "application/json"} | more)
            assert answer.status_code == status, (path, sent)
            assert answer.mimetype == "application/problem+json", (path, sent)
            problem = answer.get_json()
            assert problem["status"] == status
            assert "x@example" not in answer.text
    found = ours.post(PEOPLE, json={"form": "news", "email": "x", "profile": {"name": "a\nb"}})
    assert {one["pointer"] for one in found.get_json()["errors"]} == {"/email", "/profile/name"}
    for path, status in (("/api/v1/nowhere", 404), ("/api/", 404), (f"{NEWS}x/subscribers", 404)):
        answer = ours.get(path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert ours.delete(PEOPLE).status_code == 405
    assert _held(app) == before


def test_the_examples_of_its_page_are_true(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        news = create_newsletter(session, "news", "News")
        add_topic(session, news, "events", "Events")
        create_form(session, news, "news", "Subscribe", fields=["name"])
    ours = machine(app)
    assert len(EXAMPLES) == 5
    for method, path, body, shown in EXAMPLES:
        more = {"json": json.loads(body)} if body else {}
        answer = ours.open(path, method=method, **more)
        found = answer.get_json() if answer.data else None
        assert found == (json.loads(shown) if shown else None), path
