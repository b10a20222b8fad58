"""The public side and its mails speak the reader's language; who works here is told in English."""

import html

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.rendering import render_mail
from subscriptions.newsletters.asking import AskedField
from subscriptions.newsletters.models import SignupForm
from subscriptions.newsletters.operations import keep_wording
from subscriptions.newsletters.translating import FormTexts, texts_in, translate
from subscriptions.privacy.policy.model import TrackingRules
from subscriptions.subscribers.announcing import Kind
from tests.support.applications import Visitor
from tests.support.managing import let_policy
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, link_to, open_newsletter, rows_of, sign_up, subscribe

ENGLISH = {"Accept-Language": "en"}
NOISE = "noise@example.org"
FIRST_VERSION = "The first version under the executed notice."


@pytest.fixture(autouse=True)
def _form_in_german(app: Flask) -> None:
    open_newsletter(app)
    with app.app_context(), unit_of_work() as session:
        form = session.query(SignupForm).one()
        fields = [AskedField(name) for name in ("email", *form.fields)]
        texts = FormTexts("Neues", "", "Ja, bitte.", "", fields)
        translate(session, form, "de", texts)


def test_a_german_form_is_german_throughout(client: Visitor) -> None:
    page = client.get("/forms/news?lang=de", headers=ENGLISH)
    for words in (
        '<html lang="de">',
        "E-Mail-Adresse</label>",
        "Ihre Einwilligung</legend>",
        "Postanschrift",
        "Um Sie mit Namen anzusprechen",  # of the policy file
        ">Anmelden</button>",
    ):
        assert words in page.text
    assert "Accept-Language" not in page.vary
    refused = client.post(
        "/forms/news", data={"lang": "de", "email": "x", "topics": "none"}, headers=ENGLISH
    )
    for words in (
        "<title>Fehler: Neues",
        "Bitte geben Sie eine E-Mail-Adresse ein, wie name@example.org.",
        "Bitte setzen Sie das Häkchen",
        "„none“ steht hier nicht zur Auswahl.",
    ):
        assert words in refused.text
    assert "Sehen Sie in Ihr Postfach" in client.get("/forms/news/sent?lang=de").text


def test_an_error_is_a_page_in_the_visitors_language(client: Visitor) -> None:
    for wanted, spoken, title in (
        ("de", "de", "Seite nicht gefunden"),
        ("xx, de-AT;q=0.5", "de", "Seite nicht gefunden"),
        ("fr", "fr", "Page introuvable"),
        ("xx, *;q=0.5", "en", "Page not found"),
    ):
        page = client.get("/nothing", headers={"Accept-Language": wanted})
        assert f'<html lang="{spoken}">' in page.text
        assert f"<h1>{title}</h1>" in page.text
        assert "Accept-Language" in page.vary


def test_who_works_here_is_told_in_english(client: Visitor) -> None:
    def lines(path: str, language: str) -> list[str]:
        page = client.get(path, headers={"Accept-Language": language})
        return [line for line in page.text.splitlines() if "csrf" not in line]

    for path in ("/admin/login", "/admin/nothing", "/api/v1/nothing"):
        assert lines(path, "de") == lines(path, "en")


def test_mails_are_in_the_language_of_the_sign_up(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    sign_up(client, NOISE)
    sign_up(client, lang="de")
    in_english, mail = deliver(app, smtp)
    assert in_english.content["Subject"] == "Please confirm: The news letter"
    assert mail.content["Subject"] == "Bitte bestätigen: The news letter"
    assert "List-Id" in mail.content
    assert "diese Adresse wird nach 7 Tagen" in " ".join(mail.text().split())
    assert '<html lang="de">' in mail.text("html")
    client.post(link_to(app, Purpose.CONFIRM))
    clock.advance(hours=1)
    sign_up(client)  # at the English form: the subscriber's language counts
    [mail] = deliver(app, smtp)
    assert mail.content["Subject"] == "Sie sind schon angemeldet: The news letter"
    assert "Abmelden:" in mail.text()
    assert mail.content["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in mail.content["List-Unsubscribe"]


def test_a_mail_goes_out_in_english_where_there_are_no_words(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    sign_up(client)
    with app.app_context(), unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE outbox_messages SET locale = 'pt-BR'")
    [mail] = deliver(app, smtp)
    assert mail.content["Subject"] == "Please confirm: The news letter"
    assert '<html lang="en">' in mail.text("html")


def test_everybody_leaves_in_their_own_language(app: Flask, client: Visitor) -> None:
    subscribe(app, client, NOISE)
    subscribe(app, client, lang="de")
    pages = [
        client.post(link_to(app, Purpose.UNSUBSCRIBE, *address), headers=ENGLISH).text
        for address in ([], [NOISE])
    ]
    for page, words in zip(pages, ("Adresse, Themen, Häufigkeit", "Address, topics"), strict=True):
        assert words in page
    assert "Verzeichnis der Löschungen, bis zum" in pages[0]
    subscribe(app, client, lang="de")
    path = f"{link_to(app, Purpose.PREFERENCES)}/end-all"
    assert "Was gelöscht wurde" in client.post(path, headers=ENGLISH).text


def test_a_language_that_is_chosen_is_spoken_at_once_and_its_consent_recorded(
    app: Flask, client: Visitor
) -> None:
    """What is agreed to is recorded in the words in which it was shown."""
    let_policy(app, tracking=TrackingRules(may_be_asked=True))
    subscribe(app, client)
    path, choices = link_to(app, Purpose.PREFERENCES), {"frequency": "every", "locale": "de"}
    page = client.post(path, data=choices, headers=ENGLISH).text
    assert "Ihre Auswahl ist gespeichert." in page
    client.post(path, data=choices | {"tracking": "y"}, headers=ENGLISH)
    hashes = [row["wording_hash"] for row in rows_of(app, "consent_records")]
    [wording] = rows_of(app, "wordings", hash=hashes[-1])
    assert wording["text"].startswith("Ja, Sie dürfen zählen")
    assert wording["text"] in html.unescape(page)
    refused = client.post(path, data=choices | {"paused_until": "soon"}, headers=ENGLISH)
    assert "Das ist kein gültiges Datum." in refused.text


def test_the_usual_words_of_consent_are_offered_in_the_language_of_the_form(app: Flask) -> None:
    with app.test_request_context(), unit_of_work() as session:
        form = session.query(SignupForm).one()
        form.translations = {}
        assert texts_in(session, form, "fr").wording.startswith("Oui, veuillez ")
        assert texts_in(session, form, "pl").wording == ""
        form.wording = keep_wording(session, "Our own words.")
        assert texts_in(session, form, "fr").wording == ""


def test_what_a_shipped_policy_says_is_translated_in_mails_too(app: Flask) -> None:
    own = "We keep 100% of it."
    with app.app_context():
        for what, said in ((FIRST_VERSION, "Die erste Fassung"), (own, own)):
            context = {"day": "2026-11-24", "what": what, "notice_url": "https://example.org/"}
            mail = render_mail(Kind.POLICY_CHANGE, "de", context)
            assert said in mail.text
            assert said in mail.html
