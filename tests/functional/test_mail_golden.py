"""Every mail, whole, as the mail server gets it.

``UPDATE_GOLDEN=1 pytest tests/functional/test_mail_golden.py`` writes them again; look at the
difference before you keep it.
"""

import itertools
import os
import re
import secrets
from pathlib import Path

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.outbox import queue_mail
from subscriptions.newsletters.mail_texts import MailTexts
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.subscribers.announcing import Kind
from tests.support.announcements import announce_in
from tests.support.applications import Visitor
from tests.support.smtp import Received, SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    link_to,
    links_in,
    open_newsletter,
    say,
    sign_up,
    subscribe,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"


@pytest.fixture(autouse=True)
def _fixed_ids(app: Flask, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clock.now
    numbers = itertools.count(1)
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _size: f"fixed-id-{next(numbers):013}")
    open_newsletter(app)


def _assert_golden(mail: Received, name: str) -> None:
    """The raw message equals the file."""
    assert mail.raw.count(b"\n") == mail.raw.count(b"\r\n")
    got = mail.raw.replace(b"\r\n", b"\n")
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(got)
    assert got.decode() == path.read_bytes().decode()


def _confirmation(
    app: Flask, client: Visitor, smtp: SmtpServer, address: str = ADA, topics: tuple[str, ...] = ()
) -> Received:
    sign_up(client, address, topics=list(topics))
    [mail] = deliver(app, smtp)
    return mail


def _already_subscribed(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> Received:
    subscribe(app, client)
    deliver(app, smtp)
    clock.advance(hours=1)
    sign_up(client)
    [mail] = deliver(app, smtp)
    return mail


def test_the_confirmation_mail(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    _assert_golden(_confirmation(app, client, smtp, topics=("art", "law")), "confirm.eml")


def test_the_confirmation_mail_without_topics(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    _assert_golden(_confirmation(app, client, smtp), "confirm-no-topics.eml")


def test_the_confirmation_mail_to_an_international_address(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    mail = _confirmation(app, client, smtp, "josé@exämple.org")
    _assert_golden(mail, "confirm-international.eml")


def test_the_mails_in_a_newsletters_own_words(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    words = MailTexts(
        "We are the library of Exampleton & write on Mondays.",
        "Good that you are here",
        "Dear reader,\n\nour first letter comes on Monday.\nThe library",
    )
    say(app, words, welcomes=True)
    _assert_golden(_confirmation(app, client, smtp, topics=("law",)), "confirm-own-words.eml")
    client.post(link_to(app, Purpose.CONFIRM))
    [mail] = deliver(app, smtp)
    _assert_golden(mail, "welcome.eml")


def test_the_mail_that_says_already_subscribed(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    _assert_golden(_already_subscribed(app, client, smtp, clock), "already-subscribed.eml")


OPERATOR_MAILS: dict[str, dict[str, str | int]] = {
    "needs_attention": {
        "title": "Somebody has written to you",
        "says": "One new enquiry from the contact page waits for an answer.",
        "page_url": "https://news.example.org/admin/enquiries",
    },
    "incident_reminder": {
        "title": "A file with addresses lay open",
        "hours": 24,
        "is_over": False,
        "due_at": "2026-03-05 09:30 UTC",
        "incident_url": "https://news.example.org/admin/incidents/1",
    },
    "operator_invitation": {"setup_url": "https://news.example.org/admin/x", "hours": 24},
    "operator_notice": {"what": "Your password was changed."},
    "test_mail": {},
    "operator_reset": {"reset_url": "https://news.example.org/admin/y", "hours": 2},
}


@pytest.mark.parametrize("template", OPERATOR_MAILS)
def test_the_mails_to_operators(app: Flask, smtp: SmtpServer, template: str) -> None:
    with app.app_context(), unit_of_work() as session:
        queue_mail(session, template, "grace@example.org", "en", OPERATOR_MAILS[template])
    [mail] = deliver(app, smtp)
    _assert_golden(mail, f"{template.replace('_', '-')}.eml")


RIGHTS_MAILS: dict[str, dict[str, str | int]] = {
    "manage_link": {"manage_url": "https://news.example.org/manage/x", "minutes": 30},
    "change_address": {"address_url": "https://news.example.org/address/x", "hours": 24},
    "address_changed": {"contact": "privacy@example.org"},
    "data_changed": {"ask_url": "https://news.example.org/manage"},
    "data_erased": {},
}


@pytest.mark.parametrize("template", RIGHTS_MAILS)
def test_the_mails_about_ones_own_data(app: Flask, smtp: SmtpServer, template: str) -> None:
    with app.app_context(), unit_of_work() as session:
        queue_mail(session, template, ADA, "en", RIGHTS_MAILS[template])
    [mail] = deliver(app, smtp)
    _assert_golden(mail, f"{template.replace('_', '-')}.eml")


def test_the_mail_that_asks_whether_somebody_still_wants_it(app: Flask, smtp: SmtpServer) -> None:
    context = {
        "newsletter_slug": "news",
        "newsletter_name": "The news letter",
        "sender_name": "",
        "reply_to": "",
        "stay_url": "https://news.example.org/stay/x",
        "preferences_url": "https://news.example.org/preferences/x",
        "unsubscribe_url": "https://news.example.org/unsubscribe/x",
        "until": "24 December 2028",
    }
    with app.app_context(), unit_of_work() as session:
        queue_mail(session, "still_wanted", ADA, "en", context)
    [mail] = deliver(app, smtp)
    _assert_golden(mail, "still-wanted.eml")


ANNOUNCEMENTS: dict[str, dict[str, str]] = {
    "last_mail": {"text": "Dear readers,\n\nafter ten years we stop.\nThank you & goodbye!"},
    "incident_notice": {"text": "Dear readers,\n\na file with your address lay open for a day."},
    "policy_change": {"day": "2026-11-24", "what": "What is held of you is kept for less time."},
}


@pytest.mark.parametrize("template", ANNOUNCEMENTS)
def test_the_mails_to_everybody_who_is_subscribed(
    app: Flask, client: Visitor, smtp: SmtpServer, template: str
) -> None:
    subscribe(app, client)
    deliver(app, smtp)
    announce_in(app, kind=Kind(template), context=ANNOUNCEMENTS[template])
    [mail] = deliver(app, smtp)
    _assert_golden(mail, f"{template.replace('_', '-')}.eml")


def test_every_mail_has_a_golden_file() -> None:
    mails = {path.parent.name.replace("_", "-") for path in TEMPLATES.glob("*/body.txt")}
    assert mails <= {path.stem for path in GOLDEN.glob("*.eml")}


def test_the_confirmation_mail_has_the_headers_of_system_mail(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    mail = _confirmation(app, client, smtp)
    headers = dict(mail.content.items())
    assert mail.sender == "newsletter@news.example.org"
    assert headers["From"] == "The news letter <newsletter@news.example.org>"
    assert headers["To"] == ADA
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Id"] == "<news.news.example.org>"
    assert re.fullmatch(r"<fixed-id-\d+@news\.example\.org>", headers["Message-ID"])
    assert headers["Date"] == "Mon, 02 Mar 2026 09:30:00 +0000"
    assert not headers.keys() & {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"}


def test_the_confirmation_mail_says_that_there_is_a_button_and_carries_no_advertising(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    mail = _confirmation(app, client, smtp)
    assert set(links_in(mail)) == {"confirm"}
    for text in (mail.text(), mail.text("html")):
        assert "opens a page with a button" in text
        assert "after 7 days" in text
        assert "1 Example Street, 12345 Exampleton" in text
        assert set(re.findall(r"https?://[^\s\"<]+?/", text)) == {"https://news.example.org/"}


def test_a_mail_to_a_subscriber_can_be_unsubscribed_from_with_one_click(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MM1."""
    mail = _already_subscribed(app, client, smtp, clock)
    links = links_in(mail)
    assert mail.content["List-Unsubscribe"] == f"<https://news.example.org{links['unsubscribe']}>"
    assert b"\r\nList-Unsubscribe: <https://news.example.org/unsubscribe/" in mail.raw
    assert mail.content["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.content["Auto-Submitted"] == "auto-generated"
    for text in (mail.text(), mail.text("html")):
        assert links["unsubscribe"] in text
        assert links["preferences"] in text
        assert "1 Example Street, 12345 Exampleton" in text


def test_the_style_of_a_mail_is_in_its_elements(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    html = _confirmation(app, client, smtp).text("html")
    assert '<h1 style="' in html
    assert "prefers-color-scheme: dark" in html
    assert "<link" not in html
    assert "<img" not in html
    assert "<script" not in html


def test_no_line_of_a_mail_is_too_long(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    mails = [
        _confirmation(app, client, smtp, "josé@exämple.org"),
        _already_subscribed(app, client, smtp, clock),
    ]
    for mail in mails:
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
        ours = [line for line in mail.text().splitlines() if "://" not in line]
        assert max(map(len, ours)) <= 76


@pytest.mark.parametrize("field", ["name", "sender_name"])
def test_a_name_can_not_make_a_header(
    app: Flask, client: Visitor, smtp: SmtpServer, field: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        newsletter = newsletter_by_slug(session, "news")
        setattr(newsletter, field, "Ünïcode, “quoted” <b>&amp;</b>\r\nBcc: bob@example.org")
    sign_up(client)
    mails = deliver(app, smtp)
    assert all("Bcc" not in mail.content for mail in mails)
    assert all(mail.recipients == (ADA,) for mail in mails)
