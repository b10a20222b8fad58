"""Signing in and out, and what guards it."""

import re

import pytest
from flask import Flask

from subscriptions.config import Settings
from tests.support.applications import BASE_URL, Visitor
from tests.support.operators import (
    OWNER,
    PASSWORD,
    TOKEN,
    Desk,
    desk_of,
    hash_quickly,
    make_operator,
    trail,
)
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, dump, open_newsletter, rows_of

WRONG = "not the right one"


def _desk(app: Flask) -> Desk:
    hash_quickly(app)
    return Desk(app, use_cookies=True)


def test_signing_in_leads_to_the_overview_with_a_careful_cookie(app: Flask) -> None:
    """MP12, MS6."""
    make_operator(app)
    answer = _desk(app).sign_in()
    assert answer.location == "/admin/"
    cookie = answer.headers["Set-Cookie"]
    for word in ("assent=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/admin"):
        assert word in cookie
    assert "Expires" not in cookie


@pytest.mark.settings(base_url="http://127.0.0.1:8000")
def test_without_tls_the_cookie_still_works(app: Flask, settings: Settings) -> None:
    make_operator(app)
    desk = _desk(app)
    desk.public_url = settings.public_url
    assert "Secure" not in desk.sign_in().headers["Set-Cookie"]
    assert desk.get("/admin/").status_code == 200


def test_the_address_may_be_typed_in_any_case(app: Flask) -> None:
    make_operator(app)
    assert _desk(app).sign_in("Owner@EXAMPLE.org").status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask) -> None:
    make_operator(app)
    known = _desk(app).sign_in(OWNER, WRONG)
    unknown = _desk(app).sign_in("other@example.org", WRONG)
    assert known.status_code == unknown.status_code == 200
    pages = [TOKEN.sub("", page.text) for page in (known, unknown)]
    assert pages[0].replace(OWNER, "") == pages[1].replace("other@example.org", "")
    assert "The address or the password is not right." in known.text


def test_after_ten_failures_even_the_right_password_waits(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    desk = _desk(app)
    for _ in range(10):
        assert desk.sign_in(OWNER, WRONG).status_code == 200
    answer = desk.sign_in()
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    clock.advance(minutes=16)
    assert desk.sign_in().status_code == 302


def test_guessing_locks_an_unknown_address_just_as_well(app: Flask) -> None:
    desk = _desk(app)
    answers = [desk.sign_in("nobody@example.org", WRONG).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_a_client_that_tries_many_accounts_is_stopped_too(app: Flask) -> None:
    desk = _desk(app)
    answers = [desk.sign_in(f"n{n}@example.org", WRONG).status_code for n in range(51)]
    assert answers == [200] * 50 + [429]


def test_successes_are_not_counted(app: Flask) -> None:
    make_operator(app)
    for _ in range(12):
        assert _desk(app).sign_in().status_code == 302


def test_the_counters_name_nobody(app: Flask) -> None:
    _desk(app).sign_in("nobody@example.org", WRONG)
    counters = rows_of(app, "rate_limits")
    assert counters
    assert "nobody" not in str(counters)
    assert "127.0.0.1" not in str(counters)


def test_signing_out_takes_a_post_and_ends_the_session(app: Flask) -> None:
    make_operator(app)
    desk = desk_of(app)
    assert desk.get("/admin/logout").status_code == 405
    assert desk.send("/admin/logout").location == "/admin/login"
    assert desk.get("/admin/").status_code == 302


def test_a_page_that_was_wanted_opens_after_signing_in(app: Flask) -> None:
    make_operator(app)
    desk = _desk(app)
    asked = desk.get("/admin/newsletters").location
    assert asked == "/admin/login?next=/admin/newsletters"
    form = desk.get(asked)
    wanted = re.search(r'name="next" value="([^"]+)"', form.text)
    assert wanted
    answer = desk.send("/admin/login", email=OWNER, password=PASSWORD, next=wanted[1])
    assert answer.location == "/admin/newsletters"


def test_signing_in_never_leads_elsewhere(app: Flask) -> None:
    make_operator(app)
    answer = _desk(app).send(
        "/admin/login", email=OWNER, password=PASSWORD, next="https://elsewhere.example/"
    )
    assert "elsewhere" not in (answer.location or "")


def test_public_pages_set_no_cookie_and_read_none(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    for path in ("/", "/forms/news", "/privacy", "/nowhere"):
        answer = client.get(path, headers={"Cookie": "assent=anything"})
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_no_page_of_the_admin_is_cached_or_framed_or_runs_a_script(app: Flask) -> None:
    make_operator(app)
    answer = desk_of(app).get("/admin/")
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_a_new_password_comes_by_our_own_mail_and_ends_all_sessions(
    app: Flask, smtp: SmtpServer
) -> None:
    """MG12."""
    make_operator(app)
    deliver(app, smtp)
    session, desk = desk_of(app), _desk(app)
    assert desk.send("/admin/reset", email=OWNER).status_code == 200
    (mail,) = deliver(app, smtp)
    assert mail.recipients == (OWNER,)
    link = re.search(rf"{BASE_URL}(/admin/reset/\S+)", mail.text())
    assert link
    answer = desk.send(link[1], password="a brand new one", password_confirm="a brand new one")
    assert answer.location == "/admin/login"
    assert session.get("/admin/").status_code == 302
    assert _desk(app).sign_in().status_code == 200
    assert _desk(app).sign_in(OWNER, "a brand new one").status_code == 302
    (notice,) = deliver(app, smtp)
    assert "was changed" in notice.text()
    assert (OWNER, "account.password changed", f"operator {OWNER}") in trail(app)


def test_a_reset_link_works_once(app: Flask, smtp: SmtpServer) -> None:
    make_operator(app)
    deliver(app, smtp)
    desk = _desk(app)
    desk.send("/admin/reset", email=OWNER)
    (mail,) = deliver(app, smtp)
    path = re.search(rf"{BASE_URL}(/admin/reset/\S+)", mail.text())
    assert path
    assert desk.send(path[1], password=f"{WRONG}!", password_confirm=f"{WRONG}!").status_code == 302
    again = desk.get(path[1])
    assert again.location == "/admin/reset"


def test_a_reset_link_does_not_follow_the_host_header(app: Flask, smtp: SmtpServer) -> None:
    make_operator(app)
    deliver(app, smtp)
    desk = _desk(app)
    desk.public_url = "https://evil.example"
    page = desk.get("/admin/reset")
    token = TOKEN.search(page.text)
    assert token
    desk.post(
        "/admin/reset",
        data={"csrf_token": token[1], "email": OWNER},
        headers={"Referer": "https://evil.example/"},
    )
    (mail,) = deliver(app, smtp)
    assert "evil.example" not in mail.text()


def test_asking_for_an_unknown_address_looks_the_same_and_mails_nobody(
    app: Flask, smtp: SmtpServer
) -> None:
    make_operator(app)
    deliver(app, smtp)
    known = _desk(app).send("/admin/reset", email=OWNER)
    assert len(deliver(app, smtp)) == 1
    before = dump(app)
    unknown = _desk(app).send("/admin/reset", email="other@example.org")
    assert known.status_code == unknown.status_code == 200
    pages = [TOKEN.sub("", page.text) for page in (known, unknown)]
    assert pages[0].replace(OWNER, "") == pages[1].replace("other@example.org", "")
    assert deliver(app, smtp) == []
    assert dump(app) == before


def test_nobody_can_be_flooded_with_reset_mails(app: Flask, smtp: SmtpServer) -> None:
    make_operator(app)
    deliver(app, smtp)
    answers = [_desk(app).send("/admin/reset", email=OWNER).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert len(deliver(app, smtp)) == 3


def test_a_session_ends_after_half_a_day(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    desk = desk_of(app)
    clock.advance(hours=11)
    assert desk.get("/admin/").status_code == 200
    clock.advance(hours=2)
    assert desk.get("/admin/").status_code == 302
