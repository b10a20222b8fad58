"""Newsletters, topics and forms, as operators change them."""

import html
import re

from flask import Flask

from tests.support.applications import BASE_URL, Visitor
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.visits import open_newsletter, rows_of, sign_up, subscribe

NEWS = "/admin/newsletters/news"


def _owner(app: Flask) -> Desk:
    open_newsletter(app)
    make_operator(app)
    return desk_of(app)


def test_an_owner_makes_a_newsletter_with_topics_and_a_form_that_takes_sign_ups(
    app: Flask, client: Visitor
) -> None:
    make_operator(app)
    desk = desk_of(app)
    data = {"slug": "garden", "name": "Garden", "description": "One\r\ntwo", "languages": "en, de"}
    assert desk.send("/admin/newsletters/new", **data).location == "/admin/newsletters/garden"
    for slug in ("roses", "trees"):
        desk.send("/admin/newsletters/garden/topics", slug=slug, title=slug.title())
    form = {"slug": "garden", "title": "Join", "wording": "Yes.", "locale": "de"}
    answer = desk.send(
        "/admin/newsletters/garden/forms/new", **form, topics=["trees"], fields=["name"]
    )
    assert answer.location == "/admin/newsletters/garden/forms/garden"
    page = client.get("/forms/garden").text
    assert "Trees" in page
    assert "Roses" not in page
    assert sign_up(client, form="garden").status_code == 303
    assert rows_of(app, "newsletters", slug="garden")[0]["description"] == "One\ntwo"
    done = [action for _who, action, _which in trail(app)[2:]]
    assert done == ["newsletter.created", "topic.added", "topic.added", "form.created"]


def test_what_the_domain_refuses_is_shown_in_the_form_and_nothing_is_kept(app: Flask) -> None:
    desk = _owner(app)
    before = trail(app)
    for path, data in (
        ("/admin/newsletters/new", {"slug": "news", "name": "Again", "languages": "en"}),
        ("/admin/newsletters/new", {"slug": "No Slug", "name": "N", "languages": "en"}),
        ("/admin/newsletters/new", {"slug": "n", "name": "N", "languages": "en; drop"}),
        ("/admin/newsletters/new", {"slug": "n", "name": "N", "languages": "en", "reply_to": "x"}),
        (f"{NEWS}/topics", {"slug": "art", "title": "Again"}),
        (f"{NEWS}/forms/new", {"slug": "news", "title": "T", "wording": "W", "locale": "en"}),
        (f"{NEWS}/forms/new", {"slug": "n", "title": "T", "wording": " ", "locale": "en"}),
        (f"{NEWS}/forms/new", {"slug": "n", "title": "T", "wording": "W", "locale": "xx"}),
        (f"{NEWS}/forms/new", {"slug": "n", "title": "T", "wording": "W", "topics": "no"}),
    ):
        answer = desk.send(path, **data)
        assert answer.status_code == 422, data
        assert "There is a problem" in answer.text
    assert trail(app) == before
    assert len(rows_of(app, "newsletters")) == 1


def test_an_edit_shows_what_is_there_and_keeps_the_slug(app: Flask) -> None:
    desk = _owner(app)
    assert 'value="The news letter"' in desk.get(f"{NEWS}/edit").text
    data = {"name": "Renamed", "languages": "en", "sender_name": "Us", "slug": "other"}
    assert desk.send(f"{NEWS}/edit", **data).location == NEWS
    row = rows_of(app, "newsletters")[0]
    assert (row["slug"], row["name"], row["sender_name"]) == ("news", "Renamed", "Us")


def test_topics_are_renamed_moved_retired_and_offered_again(app: Flask, client: Visitor) -> None:
    desk = _owner(app)
    desk.send(f"{NEWS}/topics/law/rename", title="Justice")
    desk.send(f"{NEWS}/topics/law/move", direction="up")
    desk.send(f"{NEWS}/topics/art/retire")
    page = client.get("/forms/news").text
    assert "Justice" in page
    assert "Art" not in page
    order = sorted(rows_of(app, "topics"), key=lambda topic: int(topic["position"]))
    assert [topic["slug"] for topic in order] == ["law", "art"]
    desk.send(f"{NEWS}/topics/art/restore")
    assert "Art" in client.get("/forms/news").text


def test_a_new_wording_is_a_new_version_and_old_consents_keep_theirs(
    app: Flask, client: Visitor
) -> None:
    desk = _owner(app)
    subscribe(app, client)
    edited = desk.get(f"{NEWS}/forms/news/edit").text
    ticked = re.findall(r'name="(\w+)" value="(\w+)" checked', edited)
    assert ("fields", "name") in ticked
    assert ("topics", "art") in ticked
    data = {"title": "New title", "wording": "Other words.", "locale": "en"}
    desk.send(f"{NEWS}/forms/news/edit", **data, topics=["art"], fields=["name"])
    assert "Other words." in client.get("/forms/news").text
    assert len({record["wording_hash"] for record in rows_of(app, "consent_records")}) == 1
    assert len(rows_of(app, "wordings")) == 2


def test_the_snippet_is_plain_html_that_signs_up_from_elsewhere(
    app: Flask, client: Visitor
) -> None:
    desk = _owner(app)
    page = desk.get(f"{NEWS}/forms/news").text
    snippet = html.unescape(page[page.index("<pre") : page.index("</pre>")])
    assert f'action="{BASE_URL}/forms/news"' in snippet
    assert "<script" not in snippet
    wording = re.search(r'name="wording" type="hidden" value="([0-9a-f]{64})"', snippet)
    assert wording
    assert sign_up(client, wording=wording[1], topics=["law"]).status_code == 303
    assert rows_of(app, "consent_records")[0]["wording_hash"] == wording[1]


def test_a_preview_stores_nothing(app: Flask) -> None:
    desk = _owner(app)
    assert "This is a preview" in desk.get(f"{NEWS}/forms/news/preview").text
    answer = desk.send(f"{NEWS}/forms/news/preview", email="ada@example.org", consent="y")
    assert "nothing was stored" in answer.text
    assert desk.send(f"{NEWS}/forms/news/preview", email="ada").status_code == 422
    assert rows_of(app, "subscribers") == []
    assert rows_of(app, "outbox_messages", template="confirm") == []


def test_the_button_of_a_preview_carries_its_token(app: Flask) -> None:
    page = _owner(app).get(f"{NEWS}/forms/news/preview").text
    assert page.count('name="csrf_token"') == 1


def test_a_form_is_taken_off_the_web_and_put_back(app: Flask, client: Visitor) -> None:
    desk = _owner(app)
    desk.send(f"{NEWS}/forms/news/retire")
    assert client.get("/forms/news").status_code == 404
    desk.send(f"{NEWS}/forms/news/restore")
    assert client.get("/forms/news").status_code == 200


def test_closing_takes_the_forms_off_the_web(app: Flask, client: Visitor) -> None:
    desk = _owner(app)
    assert desk.send(f"{NEWS}/close").location == NEWS
    assert client.get("/forms/news").status_code == 404
    assert trail(app)[-1] == (OWNER, "newsletter.closed", "newsletter news")
