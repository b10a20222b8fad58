"""A form asks for its fields in the operator's words, and insists on those that are required."""

import html
import re

from flask import Flask

from tests.support.applications import Visitor
from tests.support.operators import Desk, owner_with_news, trail
from tests.support.visits import ADA, rows_of, sign_up

FORM = "/admin/newsletters/news/forms/news"
FILLED = {"title": "Join", "wording": "Yes.", "locale": "en", "fields": ["company", "name"]}
OWN_WORDS = {
    "label_email": "Where shall we write?",
    "label_company": "Your <company>",
    "help_company": "So that we know our readers.",
    "required_company": "y",
}


def _edit(app: Flask) -> Desk:
    desk = owner_with_news(app)
    assert desk.send(f"{FORM}/edit", **FILLED, **OWN_WORDS).location == FORM
    return desk


def test_a_field_is_asked_for_in_the_words_of_the_form(app: Flask, client: Visitor) -> None:
    desk = _edit(app)
    page = client.get("/forms/news").text
    assert "Where shall we write?" in page
    assert "Your &lt;company&gt;</label>" in page
    assert re.search(r'id="company-hint">So that we know our readers\.</p>', page)
    assert "(optional)" in page[page.index('for="name"') : page.index('id="name"')]
    edited = desk.get(f"{FORM}/edit").text
    assert 'value="Your &lt;company&gt;"' in edited
    assert trail(app)[-1][1] == "form.edited"


def test_a_required_field_is_insisted_on_and_the_others_are_not(
    app: Flask, client: Visitor
) -> None:
    _edit(app)
    for company in (None, "", "  "):
        answer = sign_up(client, company=company)
        assert answer.status_code == 422
        assert "Please fill this in." in answer.text
    assert rows_of(app, "subscribers") == []
    assert sign_up(client, company="ACME").status_code == 303
    assert rows_of(app, "profiles")[0]["company"] == "ACME"


def test_the_snippet_asks_in_the_same_words(app: Flask) -> None:
    page = _edit(app).get(FORM).text
    snippet = html.unescape(page[page.index("<pre") : page.index("</pre>")])
    assert "Where shall we write?</label>" in snippet
    assert "Your &lt;company&gt;</label>" in snippet
    assert "<small>So that we know our readers.</small>" in snippet
    assert re.search(r'name="company"[^>]* required>', snippet)
    assert not re.search(r'name="name"[^>]* required>', snippet)


def test_words_that_are_no_short_plain_line_are_refused(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    before = rows_of(app, "signup_forms")
    for words in ({"label_name": "x" * 101}, {"help_name": "x" * 301}, {"label_name": "a\x07b"}):
        answer = desk.send(f"{FORM}/edit", **FILLED, **words)
        assert answer.status_code == 422, words
        assert "There is a problem" in answer.text
    assert rows_of(app, "signup_forms") == before


def test_a_field_that_is_asked_for_no_longer_takes_its_words_along(
    app: Flask, client: Visitor
) -> None:
    desk = _edit(app)
    desk.send(f"{FORM}/edit", **FILLED | {"fields": ["name"]}, **OWN_WORDS)
    assert rows_of(app, "signup_forms")[0]["field_settings"] == {
        "email": {"label": "Where shall we write?"}
    }
    assert sign_up(client, ADA).status_code == 303
