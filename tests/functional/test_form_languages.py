"""A form speaks several languages at one address; each person agrees to the words they read."""

import html
import re

from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.newsletters.operations import wording_hash
from tests.support.applications import BASE_URL, Visitor
from tests.support.counting import counting
from tests.support.operators import Desk, owner_with_news, trail
from tests.support.visits import ADA, dump, link_to, rows_of, sign_up

FORM = "/admin/newsletters/news/forms/news"
GERMAN = {
    "title": "Neues & mehr",
    "wording": "Ja, bitte.",
    "thanks": "Vielen Dank!",
    "label_email": "Ihre Adresse",
    "label_company": "Firma",
}


def _in_german(app: Flask) -> Desk:
    desk = owner_with_news(app)
    assert desk.send(f"{FORM}/languages/de", **GERMAN).location == FORM
    return desk


def test_the_browser_chooses_and_the_person_can_choose_otherwise(
    app: Flask, client: Visitor
) -> None:
    _in_german(app)
    for headers, query, title in (
        ({}, "", "Subscribe to news"),
        ({"Accept-Language": "fr, de;q=0.8"}, "", "Neues &amp; mehr"),
        ({"Accept-Language": "de"}, "?lang=en", "Subscribe to news"),
        ({}, "?lang=de", "Neues &amp; mehr"),
        ({}, "?lang=xx", "Subscribe to news"),
    ):
        page = client.get(f"/forms/news{query}", headers=headers).text
        assert f"{title}</h1>" in page, (headers, query)
    assert "Firma" in client.get("/forms/news?lang=de").text
    assert 'href="/forms/news?lang=de" lang="de"' in page


def test_somebody_agrees_to_the_words_of_their_language(app: Flask, client: Visitor) -> None:
    _in_german(app)
    page = client.get("/forms/news?lang=de").text
    shown = re.search(r'name="wording" type="hidden" value="(\w+)"', page)
    assert shown
    assert '<input type="hidden" name="lang" value="de">' in page
    answer = sign_up(client, lang="de", wording=shown[1])
    assert answer.location.removeprefix(BASE_URL) == "/forms/news/sent?lang=de"
    assert "Vielen Dank!" in client.get(answer.location).text
    [record] = rows_of(app, "consent_records")
    assert (record["wording_hash"], record["locale"]) == (wording_hash("Ja, bitte."), "de")
    assert rows_of(app, "subscriptions")[0]["locale"] == "de"
    assert "Ja, bitte." in client.get(link_to(app, Purpose.CONFIRM)).text


def test_a_page_elsewhere_speaks_the_forms_own_language(app: Flask, client: Visitor) -> None:
    _in_german(app)
    for number, lang in enumerate((None, "en", "xx")):
        answer = sign_up(client, f"{number}@example.org", lang=lang)
        assert answer.location.removeprefix(BASE_URL) == "/forms/news/sent"
    assert {row["locale"] for row in rows_of(app, "consent_records")} == {"en"}
    assert "Neues &amp; mehr" in sign_up(client, "no address", lang="de").text


def test_another_language_costs_a_sign_up_nothing(app: Flask, client: Visitor) -> None:
    _in_german(app)
    sign_up(client, "noise@example.org")
    with counting(app) as counted:
        assert sign_up(client, lang="de", topics=["art"], company="ACME").status_code == 303
    assert len(counted.statements) == 8


def test_a_new_wording_in_a_language_is_a_new_version(app: Flask, client: Visitor) -> None:
    desk = _in_german(app)
    sign_up(client, lang="de")
    desk.send(f"{FORM}/languages/de", **GERMAN | {"wording": "Ja, gern."})
    sign_up(client, "late@example.org", lang="de", wording=wording_hash("Ja, bitte."))
    sign_up(client, "new@example.org", lang="de")
    agreed = [row["wording_hash"] for row in rows_of(app, "consent_records")]
    texts = ("Ja, bitte.", "Ja, bitte.", "Ja, gern.")
    assert agreed == [wording_hash(text) for text in texts]
    page = html.unescape(desk.get(f"{FORM}/languages/de").text)
    assert 'value="Neues & mehr"' in page
    assert f'name="wording" type="hidden" value="{wording_hash("Ja, gern.")}"' in page
    assert '<input name="lang" type="hidden" value="de">' in page


def test_a_language_is_seen_before_it_is_kept(app: Flask) -> None:
    desk = owner_with_news(app)
    before = dump(app)
    page = desk.send(f"{FORM}/languages/de/preview", **GERMAN)
    for shown in ("Neues &amp; mehr</h1>", "Ihre Adresse", "Firma", "Ja, bitte."):
        assert shown in page.text
    assert "sandbox allow-same-origin" in page.headers["Content-Security-Policy"]
    refused = desk.send(f"{FORM}/languages/de/preview", **GERMAN | {"title": ""})
    assert (refused.status_code, "Please fill this in." in refused.text) == (422, True)
    assert dump(app) == before


def test_a_language_is_removed_and_one_that_is_none_can_not_be_added(
    app: Flask, client: Visitor
) -> None:
    desk = _in_german(app)
    sign_up(client, "noise@example.org", lang="de")
    assert desk.send(f"{FORM}/languages/de", **GERMAN | {"title": ""}).status_code == 422
    for locale in ("en", "fr"):
        assert desk.send(f"{FORM}/languages/{locale}", **GERMAN).status_code == 404
    desk.send(f"{FORM}/languages/de/remove")
    sign_up(client, ADA, lang="de")
    assert [row["locale"] for row in rows_of(app, "consent_records")] == ["de", "en"]
    done = [action for _who, action, _which in trail(app)[-2:]]
    assert done == ["form.translated", "form.language removed"]
