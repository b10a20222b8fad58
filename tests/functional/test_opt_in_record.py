"""The opt-in record: both steps, the words as shown, and the mail as it went out (GDPR 7(1))."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import update

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.handing_over import LINK, words_of
from subscriptions.newsletters.models import Newsletter, Topic
from subscriptions.operators.roles import Role
from tests.support.applications import Visitor
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.smtp import Received, SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    link_to,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

SAME = "the same, word for word"
DIFFERENT = "Not word for word the mail that was sent."
NONE_NOTED = "No mail is noted for this request"
TEXT = re.compile(r'<pre class="snippet">(.*?)</pre>', re.DOTALL)


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    for form in ("other", "news"):
        sign_up(client, "noise@example.org", form, topics=["law"])
    make_operator(app)


def _reference(app: Flask, address: str = ADA) -> str:
    [person] = rows_of(app, "subscribers", address=address)
    return str(rows_of(app, "subscriptions", subscriber_id=person["id"])[0]["reference"])


def _path(app: Flask, address: str = ADA) -> str:
    return f"/admin/newsletters/news/subscribers/{_reference(app, address)}"


def _page(app: Flask, desk: Desk) -> str:
    answer = desk.send(f"{_path(app)}/opt-in-record")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def _mail_to(mails: list[Received], address: str = ADA) -> Received:
    [mail] = [mail for mail in mails if mail.recipients == (address,)]
    return mail


def _wholly_opted_in(app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock) -> Received:
    sign_up(client, topics=["law", "art"])
    clock.advance(minutes=1)
    mail = _mail_to(deliver(app, smtp))
    clock.advance(hours=2)
    assert client.post(links_in(mail)["confirm"]).status_code == 200
    return mail


def test_both_steps_are_shown_with_time_form_wording_and_client(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MG1: what proves the consent can be shown."""
    _wholly_opted_in(app, client, smtp, clock)
    page = _page(app, desk_of(app))
    [agreed] = rows_of(app, "consent_records", step="confirmed")
    [wording] = rows_of(app, "wordings", hash=agreed["wording_hash"])
    assert page.count(wording["text"]) == 2
    assert page.count(wording["hash"]) == 2
    for shown in (
        ADA,
        "form:news",
        "confirmation link",
        "art, law",
        "127.0.0.0/24",
        "2026-03-02 09:30:00 UTC",
        "2026-03-02 09:31:00 UTC",
        "2026-03-02 11:31:00 UTC",
    ):
        assert shown in page, shown


def test_the_mail_is_shown_as_it_was_sent_but_for_the_secret_link(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    mail = _wholly_opted_in(app, client, smtp, clock)
    page = _page(app, desk_of(app))
    shown = TEXT.search(page)
    assert shown is not None
    path = links_in(mail)["confirm"]
    sent = words_of(mail.content, [f"https://news.example.org{path}"])
    assert shown[1].strip() == sent.replace("\r\n", "\n").strip()
    assert SAME in page
    assert str(mail.content["Message-ID"]) in page
    assert LINK in shown[1]
    assert path not in page


@pytest.mark.parametrize("change", ["name", "topic"])
def test_a_mail_that_would_read_otherwise_today_is_not_passed_off_as_the_one_sent(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock, change: str
) -> None:
    _wholly_opted_in(app, client, smtp, clock)
    with app.app_context(), unit_of_work() as session:
        if change == "name":
            session.execute(update(Newsletter).values(name="Another name"))
        else:
            session.execute(update(Topic).where(Topic.slug == "art").values(title="Arts"))
    page = _page(app, desk_of(app))
    assert DIFFERENT in page
    assert SAME not in page


def test_a_mail_that_waits_is_not_said_to_be_sent(app: Flask, client: Visitor) -> None:
    sign_up(client)
    page = _page(app, desk_of(app))
    assert NONE_NOTED in page
    assert "Message-ID" not in page
    assert "Not yet." in page


def test_a_mail_that_was_refused_is_not_said_to_be_sent(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    deliver(app, smtp)
    smtp.refuse(ADA)
    sign_up(client)
    assert deliver(app, smtp) == []
    assert NONE_NOTED in _page(app, desk_of(app))


def test_only_the_record_of_the_request_notes_its_own_mail(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    subscribe(app, client)
    sent = [mail for mail in deliver(app, smtp) if mail.recipients != (OWNER,)]
    mails = {str(mail.content["Message-ID"]) for mail in sent}
    noted = [row["mail_reference"] for row in rows_of(app, "consent_records", step="requested")]
    assert {f"<{reference}@news.example.org>" for reference in noted} == mails
    assert len(mails) == 3
    [confirmed] = rows_of(app, "consent_records", step="confirmed")
    assert confirmed["mail_reference"] is None


def test_what_is_noted_of_the_mail_goes_with_the_person(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    _wholly_opted_in(app, client, smtp, clock)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert len(rows_of(app, "consent_records")) == 2  # the noise


def test_each_view_is_in_the_audit_trail_and_a_look_at_the_person_is_not_enough(
    app: Flask, client: Visitor
) -> None:
    subscribe(app, client)
    desk = desk_of(app)
    seen = len(trail(app))
    button = desk.get(_path(app)).text
    assert f'action="{_path(app)}/opt-in-record"' in button
    assert len(trail(app)) == seen
    for _ in range(2):
        _page(app, desk)
    entry = (OWNER, "opt-in record.shown", f"subscription {_reference(app)}")
    assert trail(app)[seen:] == [entry, entry]


def test_a_viewer_may_print_it_and_an_operator_of_another_newsletter_learns_nothing(
    app: Flask, client: Visitor
) -> None:
    subscribe(app, client)
    make_operator(app, "viewer@example.org", None, {"news": Role.VIEWER})
    make_operator(app, "else@example.org", None, {"other": Role.EDITOR})
    path = f"{_path(app)}/opt-in-record"
    assert desk_of(app, "viewer@example.org").send(path).status_code == 200
    assert desk_of(app, "else@example.org").send(path).status_code == 404
    assert desk_of(app).get(path).status_code == 405


def test_there_is_none_of_somebody_who_is_not_there(app: Flask) -> None:
    path = "/admin/newsletters/news/subscribers/no-such-reference/opt-in-record"
    assert desk_of(app).send(path).status_code == 404
