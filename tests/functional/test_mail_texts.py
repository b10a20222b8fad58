"""A newsletter's own words: in the confirmation mail, and in the mail that welcomes people."""

import pytest
from flask import Flask
from sqlalchemy import update

from subscriptions.core import clock
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.mail_texts import MailTexts
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.models import Subscription
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.operators import OWNER, owner_with_news, trail
from tests.support.smtp import SmtpServer
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    links_in,
    open_newsletter,
    rows_of,
    say,
    sign_up,
    subscribe,
)

MAILS = "/admin/newsletters/news/mails"
GREETING = MailTexts("We are the library.", "Good that you are here", "Dear reader,\n\nhello.")
CONFIRM, CONFIRM_AND_WELCOME = 6, 7  # statements


def test_the_confirmation_mail_has_the_words_in_its_language_only(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    open_newsletter(app)
    sign_up(client, "noise@example.org")
    say(app, MailTexts("Wir sind die Bücherei."), locale="de")
    sign_up(client, "bob@example.org")
    say(app, GREETING)
    sign_up(client)
    first, second, third = deliver(app, smtp)
    assert [mail.text() for mail in (first, second) if "Bücherei" in mail.text()] == []
    for kind in ("plain", "html"):
        assert "We are the library." in third.text(kind)
    assert set(links_in(third)) == {"confirm"}


def test_whoever_confirms_is_welcomed_once_with_every_link(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM1."""
    open_newsletter(app)
    say(app, GREETING, welcomes=True)
    sign_up(client)
    deliver(app, smtp)
    link = link_to(app, Purpose.CONFIRM)
    for _ in range(2):
        assert client.post(link).status_code == 200
    [mail] = deliver(app, smtp)
    assert mail.content["Subject"] == "Good that you are here"
    assert mail.content["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    links = links_in(mail)
    assert mail.content["List-Unsubscribe"].endswith(f"{links['unsubscribe']}>")
    assert client.get(links["preferences"]).status_code == 200
    for text in (mail.text(), mail.text("html")):
        assert "1 Example Street" in text
        assert "hello." in text


def test_a_welcome_costs_one_statement_and_none_costs_nothing(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org")
    costs = []
    for welcomes in (False, True):
        say(app, GREETING, welcomes=welcomes)
        sign_up(client, f"{welcomes}@example.org")
        link = link_to(app, Purpose.CONFIRM, f"{welcomes}@example.org")
        with counting(app) as counted:
            assert client.post(link).status_code == 200
        assert counted.commits == 1
        costs.append(len(counted.statements))
    assert costs == [CONFIRM, CONFIRM_AND_WELCOME]


def test_somebody_who_leaves_at_once_is_not_welcomed(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    open_newsletter(app)
    say(app, GREETING, welcomes=True)
    subscribe(app, client)
    subscribe(app, client, "bob@example.org")
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    mails = deliver(app, smtp)
    assert {mail.recipients for mail in mails} == {("bob@example.org",)}
    assert rows_of(app, "outbox_messages") == []


@pytest.mark.parametrize("why", ["restricted", "closed"])
def test_whoever_may_not_be_mailed_is_not_welcomed(
    app: Flask, client: Visitor, smtp: SmtpServer, why: str
) -> None:
    open_newsletter(app)
    say(app, GREETING, welcomes=True)
    sign_up(client)
    table, column = {
        "restricted": (Subscription, "restricted_at"),
        "closed": (Newsletter, "closed_at"),
    }[why]
    with app.app_context(), unit_of_work() as session:
        session.execute(update(table).values({column: clock.now()}))
    assert client.post(link_to(app, Purpose.CONFIRM)).status_code == 200
    assert [mail.content["Subject"] for mail in deliver(app, smtp)] == [
        "Please confirm: The news letter"
    ]


def test_without_words_in_a_language_the_first_one_welcomes(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    open_newsletter(app)
    say(app, GREETING, welcomes=True, locale="de")
    subscribe(app, client)
    assert "Good that you are here" in [m.content["Subject"] for m in deliver(app, smtp)]


def test_advertising_is_warned_of_and_kept_only_when_it_is_ticked(app: Flask) -> None:
    """§7 UWG: none in the confirmation mail."""
    desk = owner_with_news(app)
    loud = {"confirmation_en": "Join our summer sale!"}
    warned = desk.send(MAILS, **loud)
    assert warned.status_code == 422
    assert "“sale”, “!”" in warned.text
    assert 'name="anyway"' in warned.text
    assert 'name="anyway"' not in desk.get(MAILS).text
    assert rows_of(app, "newsletters")[0]["confirmation_texts"] == {}
    assert desk.send(MAILS, **loud, anyway="y").location == "/admin/newsletters/news"
    assert rows_of(app, "newsletters")[0]["confirmation_texts"] == {"en": "Join our summer sale!"}
    assert trail(app)[-1] == (OWNER, "newsletter.mails edited", "newsletter news")
    assert rows_of(app, "audit_entries")[-1]["details"]["kept_in_spite_of_the_warning"]


def test_what_a_mail_must_not_be_is_refused(app: Flask) -> None:
    desk = owner_with_news(app)
    before = rows_of(app, "newsletters")
    refused: list[dict[str, str]] = [
        {"confirmation_en": "See www.example.org", "anyway": "y"},
        {"confirmation_en": "x" * 601},
        {"welcomes": "y"},
        {"subject_de": "Only a subject"},
        {"subject_en": "Two\nlines", "welcome_en": "Text"},
        {"subject_en": "Hello", "welcome_en": "x" * 5001},
    ]
    for words in refused:
        answer = desk.send(MAILS, **words)
        assert (answer.status_code, "There is a problem" in answer.text) == (422, True), words
    assert rows_of(app, "newsletters") == before


def test_a_mail_is_looked_at_before_it_is_kept_and_nothing_is(app: Flask) -> None:
    desk = owner_with_news(app)
    before = dump(app)
    words = {
        "confirmation_en": "Who <we> are.",
        "subject_de": "Guten Tag",
        "welcome_de": "Liebe Leserin",
    }
    for shown, text in (("confirm-en", "Who &lt;we&gt; are."), ("welcome-de", "Liebe Leserin")):
        answer = desk.send(f"{MAILS}/preview", **words, shown=shown)
        assert answer.status_code == 200
        assert text in answer.text
        assert "sandbox allow-same-origin" in answer.headers["Content-Security-Policy"]
    assert ADA not in answer.text
    assert desk.send(f"{MAILS}/preview", subject_en="Alone").status_code == 422
    assert dump(app) == before
