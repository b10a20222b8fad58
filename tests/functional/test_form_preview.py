"""A form can be looked at while it is edited; nothing of that is kept."""

import base64
import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.operators.roles import Role
from tests.support.operators import Desk, desk_of, make_operator, owner_with_news
from tests.support.pictures import png
from tests.support.visits import dump

PREVIEW = "/admin/newsletters/news/form-preview"
FILLED = {"title": "Read <us>", "wording": "Yes, I do.", "locale": "en", "topics": ["law"]}


def _preview(desk: Desk, query: str = "", **more: Any) -> TestResponse:
    return desk.send(f"{PREVIEW}{query}", **FILLED | more)


@pytest.mark.parametrize("query", ["", "?form=news"], ids=["a new one", "the present one"])
def test_a_preview_is_the_page_that_would_be_and_nothing_is_kept(app: Flask, query: str) -> None:
    desk = owner_with_news(app)
    before, picture = dump(app), png()
    answer = _preview(
        desk,
        query,
        fields=["company"],
        label_company="Whom you work for",
        accent="#7a1f5c",
        logo=(io.BytesIO(picture), "logo.png"),
    )
    assert answer.status_code == 200
    for shown in ("Read &lt;us&gt;</h1>", "Yes, I do.", "Law &amp; order", "Whom you work for"):
        assert shown in answer.text
    assert "theme.css?accent=7a1f5c" in answer.text
    assert f'src="data:image/png;base64,{base64.b64encode(picture).decode()}"' in answer.text
    assert "Art</label>" not in answer.text
    assert dump(app) == before


def test_what_could_not_be_saved_is_not_shown_but_why(app: Flask) -> None:
    desk = owner_with_news(app)
    for more, words in (
        ({"title": ""}, "Title: Please fill this in."),
        ({"accent": "#e8a33d"}, "contrast of 2.1:1"),
        ({"logo": (io.BytesIO(b"<svg/>"), "logo.png")}, "PNG, JPEG or WebP"),
        ({"redirect_url": "https://evil.example/"}, "not a site that forms may lead to"),
        ({"label_name": "x" * 101}, "Label of “Name”"),
    ):
        answer = _preview(desk, **more)
        assert (answer.status_code, words in answer.text) == (422, True), answer.text


def test_a_preview_lives_in_a_frame_of_ours_and_can_do_nothing(app: Flask) -> None:
    desk = owner_with_news(app)
    answer = _preview(desk)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"frame-ancestors 'self'", "form-action 'none'", "default-src 'none'"} <= {*policy}
    assert "sandbox allow-same-origin" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = desk.get("/admin/newsletters/news/forms/news/edit")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert 'sandbox="allow-same-origin"' in page.text
    assert "script-src" not in desk.get("/admin/newsletters").headers["Content-Security-Policy"]


def test_another_newsletters_form_can_not_be_looked_at(app: Flask) -> None:
    desk = owner_with_news(app)
    assert _preview(desk, "?form=other").status_code == 404
    make_operator(app, "viewer@example.org", Role.VIEWER)
    assert _preview(desk_of(app, "viewer@example.org")).status_code == 403
