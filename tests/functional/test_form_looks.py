"""A form in the colours and with the logo of whoever runs it, for everybody to read."""

import html
import io
import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.logos import MAX_BYTES
from subscriptions.newsletters.models import FormLogo
from tests.support.applications import Visitor
from tests.support.operators import Desk, owner_with_news
from tests.support.pictures import png
from tests.support.visits import rows_of, sign_up

FORM = "/admin/newsletters/news/forms/news"
FILLED = {"title": "Join", "wording": "Yes.", "locale": "en", "fields": ["name", "postal_address"]}
PLUM = {"accent": "#7A1F5C", "background": "#ffffff"}
LOADED = re.compile(r'(?:<link[^>]+href|<img[^>]+src)="([^"]+)"')


def _edit(desk: Desk, logo: bytes | None = None, **more: Any) -> TestResponse:
    file = {} if logo is None else {"logo": (io.BytesIO(logo), "logo.svg")}
    return desk.send(f"{FORM}/edit", **FILLED, **more, **file)


def _loaded(client: Visitor, page: str) -> dict[str, TestResponse]:
    paths = LOADED.findall(page)
    return {path: client.get(html.unescape(path), buffered=True) for path in paths}


def test_a_form_has_its_colours_and_its_logo_and_stays_small(app: Flask, client: Visitor) -> None:
    picture = png(40, 12, padding=MAX_BYTES - 500)
    assert _edit(owner_with_news(app), picture, **PLUM).location == FORM
    for page in (client.get("/forms/news").text, client.get("/forms/news/sent").text):
        loaded = _loaded(client, page)
        [theme] = [answer for path, answer in loaded.items() if "theme" in path]
        assert theme.mimetype == "text/css"
        assert "--accent: #7a1f5c" in theme.text
        [logo] = [answer for path, answer in loaded.items() if "logo" in path]
        assert (logo.mimetype, logo.data) == ("image/png", picture)
        assert logo.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in logo.headers["Cache-Control"]
        assert 'alt="Example Organisation"' in page
        assert "style=" not in page
        assert len(page) + sum(len(answer.data) for answer in loaded.values()) < 30_000
    assert sign_up(client, "no address").text.count("theme.css") == 1


def test_colours_that_can_not_be_read_are_refused_with_the_ratio(app: Flask) -> None:
    desk = owner_with_news(app)
    answer = _edit(desk, accent="#e8a33d", background="#ffffff")
    assert answer.status_code == 422
    assert "have a contrast of 2.1:1 to the page" in answer.text
    assert rows_of(app, "signup_forms")[0]["accent"] == ""


def test_a_file_that_is_no_small_picture_is_refused(app: Flask) -> None:
    desk = owner_with_news(app)
    for data, words in ((b"<svg/>", "PNG, JPEG or WebP"), (bytes(300_000), "at most 12 kB")):
        answer = _edit(desk, data)
        assert (answer.status_code, words in answer.text) == (422, True)
    assert rows_of(app, "form_logos") == []


def test_another_logo_has_another_address_and_the_old_one_is_gone(
    app: Flask, client: Visitor
) -> None:
    desk = owner_with_news(app)
    _edit(desk, png(3, 2))
    [old] = [path for path in LOADED.findall(client.get("/forms/news").text) if "logo" in path]
    _edit(desk)
    assert client.get(old).status_code == 200
    _edit(desk, png(4, 2))
    assert client.get(old).status_code == 404
    _edit(desk, without_logo="y")
    assert rows_of(app, "form_logos") == []
    assert "logo" not in client.get("/forms/news").text


def test_a_change_of_the_logo_is_a_change_of_the_form(app: Flask, client: Visitor) -> None:
    _edit(owner_with_news(app), png())
    sign_up(client, "noise@example.org")
    before = rows_of(app, "newsletters")[0]["revision"]
    with app.app_context(), unit_of_work() as session:
        session.scalars(select(FormLogo)).one().width = 9
    assert rows_of(app, "newsletters")[0]["revision"] == before + 1
    assert 'width="9"' in sign_up(client, "no address").text


def test_a_style_sheet_is_made_for_readable_colours_only(client: Visitor) -> None:
    assert client.get("/theme.css?accent=7a1f5c&background=ffffff").status_code == 200
    for query in ("", "accent=7a1f5c", "accent=ffffff&background=ffffff", "accent=x&background=y"):
        assert client.get(f"/theme.css?{query}").status_code == 404
