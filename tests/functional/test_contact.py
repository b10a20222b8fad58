"""The contact page: an enquiry is kept for the enquiry alone, and goes as its clause says."""

import html

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.core.tokens import Purpose
from subscriptions.privacy.notices import tell_operators
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.managing import act, manage_path
from tests.support.operators import OWNER, make_operator
from tests.support.smtp import Received, SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, deliver, link_to, open_newsletter, rows_of, sizes, subscribe

TEXT = "When does the next issue come?\nGreetings 👩‍🚀"
CONTACT = "privacy@example.org"
TITLE = "What you write to us on the contact page"


def write(client: Visitor, address: str = ADA, message: str = TEXT) -> TestResponse:
    """Send the form in as a browser does."""
    return client.post("/contact", data={"email": address, "message": message})


def _notices(app: Flask, smtp: SmtpServer) -> list[Received]:
    with app.app_context():
        tell_operators()
    return [mail for mail in deliver(app, smtp) if "/admin/enquiries" in mail.text()]


def test_what_is_written_is_kept_and_subscribes_to_nothing(app: Flask, client: Visitor) -> None:
    """MS10: a contact form, its data used only for the enquiry."""
    page = client.get("/contact")
    assert page.status_code == 200
    assert "it subscribes you to nothing" in page.text
    assert "3 months after our last contact" in page.text
    answer = write(client, message=f" {TEXT} ".replace("\n", "\r\n"))
    assert (answer.status_code, answer.location) == (303, "/contact/sent")
    assert "We have your message" in client.get("/contact/sent").text
    [row] = rows_of(app, "enquiries")
    assert (row["address"], row["message"], row["closed_at"]) == (ADA, TEXT, None)
    assert rows_of(app, "subscribers") == []
    assert not client.get_cookie("session")


def test_the_answer_is_the_same_for_somebody_who_is_subscribed(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client)
    one, other = write(client), write(client, "nobody@example.org")
    assert (one.status_code, one.data, one.headers["Location"]) == (
        other.status_code,
        other.data,
        other.headers["Location"],
    )


@pytest.mark.parametrize(
    ("address", "message", "said"),
    [
        ("nonsense", TEXT, "Please enter an e-mail address"),
        (ADA, "", "Please write your message."),
        (ADA, " \n ", "Please write your message."),
        (ADA, "x" * 5_001, "5000 characters at most"),
        (ADA, "a\x00b", "Please use plain text."),
    ],
)
def test_what_can_not_be_answered_is_told_and_not_kept(
    app: Flask, client: Visitor, address: str, message: str, said: str
) -> None:
    answer = write(client, address, message)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert rows_of(app, "enquiries") == []


@pytest.mark.settings(signup_limit="2 per 10 minutes")
def test_one_client_writes_as_often_as_it_may_sign_up(app: Flask, client: Visitor) -> None:
    assert [write(client).status_code for _ in range(3)] == [303, 303, 429]
    assert len(rows_of(app, "enquiries")) == 2


def test_owners_and_the_privacy_contact_are_told_and_the_notice_names_nobody(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    make_operator(app)
    run_jobs(app)
    write(client)
    mails = _notices(app, smtp)
    assert [mail.recipients for mail in mails] == [(OWNER,), (CONTACT,)]
    for mail in mails:
        assert "One new enquiry" in mail.text()
        assert "Ada" not in str(mail.raw)
        assert "issue" not in mail.text()


def test_a_flood_of_enquiries_is_told_once_an_hour(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    write(client)
    assert len(_notices(app, smtp)) == 1
    for _ in range(3):
        write(client)
    assert _notices(app, smtp) == []
    clock.advance(hours=1)
    [mail] = _notices(app, smtp)
    assert "3 new enquiries" in mail.text()
    clock.advance(hours=1)
    assert _notices(app, smtp) == []


def test_it_stays_when_its_writer_unsubscribes_and_the_page_says_so(
    app: Flask, client: Visitor
) -> None:
    open_newsletter(app)
    subscribe(app, client)
    write(client)
    page = html.unescape(client.post(link_to(app, Purpose.UNSUBSCRIBE)).text)
    assert "If you ever wrote to us, that has nothing to do with subscriptions, and stays:" in page
    assert f"{TITLE}. <span" in page
    assert len(rows_of(app, "enquiries")) == 1
    assert rows_of(app, "subscribers") == []


def test_it_goes_with_everything_else_when_its_writer_wants_that(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MC13, MS10."""
    open_newsletter(app)
    subscribe(app, client)
    for address in (ADA, "noise@example.org"):
        write(client, address)
    path = manage_path(app, client, smtp)
    page = client.get(path).text
    assert "What you wrote" in page
    assert "Greetings" in page
    assert "Greetings" in client.get(f"{path}/data.csv").text
    erased = html.unescape(act(client, path, "erase").text)
    assert f"<li>{TITLE}</li>" in erased
    assert [row["address"] for row in rows_of(app, "enquiries")] == ["noise@example.org"]
    assert held(app, ADA) == []


def test_the_footer_and_the_notice_lead_there(client: Visitor) -> None:
    for path in ("/", "/privacy", "/manage"):
        assert 'href="/contact"' in client.get(path).text


def test_looking_changes_nothing(app: Flask, client: Visitor) -> None:
    before = sizes(app)
    for path in ("/contact", "/contact/sent"):
        assert client.get(path).status_code == 200
    assert sizes(app) == before
