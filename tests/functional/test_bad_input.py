"""Bad input: a clear answer in the right status, nothing stored in part, and no address logged."""

from collections.abc import Iterator
from io import StringIO
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.core.logs import configure_logs
from subscriptions.core.tokens import Purpose
from subscriptions.web.public import hosted_forms
from tests.support.applications import Visitor
from tests.support.visits import ADA, dump, link_to, open_newsletter, sign_up, subscribe

GOOD = {"email": ADA, "consent": "y"}
BIG = b"x" * 10_000_000
FORM = "application/x-www-form-urlencoded"

REFUSED: dict[str, dict[str, Any]] = {
    "no address": {"email": None},
    "an empty address": {"email": ""},
    "spaces for an address": {"email": "   "},
    "no address at all": {"email": "ada"},
    "an address of two lines": {"email": "ada@example.org\nBcc: bob@example.org"},
    "an address with a carriage return": {"email": "ada@example.org\r"},
    "an address that is too long": {"email": "a" * 250 + "@example.org"},
    "an address of 60 kB": {"email": "a" * 60_000 + "@example.org"},
    "a NUL in the address": {"email": "ada\0@example.org"},
    "a long address once it is compared": {"email": "ﷺ" * 30 + "@example.org"},
    "an invisible letter": {"email": "ada\u200b@example.org"},
    "no consent": {"consent": None},
    "an empty consent": {"consent": ""},
    "a consent that says no": {"consent": "n"},
    "a consent that says false": {"consent": "false"},
    "a consent that is zero": {"consent": "0"},
    "an unknown topic": {"topics": ["art", "sport"]},
    "a topic of another newsletter": {"topics": ["elsewhere"]},
    "a NUL in a topic": {"topics": ["art\0"]},
    "a name of two lines": {"name": "Ada\nLovelace"},
    "a NUL in the name": {"name": "Ada\0Lovelace"},
    "a name that is too long": {"name": "x" * 201},
    "a NUL in the postal address": {"postal_address": "12 St James's\0Square"},
    "a postal address that is too long": {"postal_address": "x" * 501},
    "a name that turns the text around": {"name": "Ada \u202eecalevoL"},
    "an unknown wording": {"wording": "f" * 64},
    "a NUL in the wording": {"wording": "\0"},
    "a wording of 60 kB": {"wording": "f" * 60_000},
}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org", topics=["art"])


@pytest.fixture(autouse=True)
def log(_newsletter: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is logged. Whatever a test sends in, no address and no traceback must be there."""
    written = StringIO()
    monkeypatch.setattr("sys.stderr", written)
    configure_logs()
    yield written
    text = written.getvalue().lower()
    assert "@" not in text
    assert "%40" not in text
    assert "traceback" not in text


def _assert_clean(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert "werkzeug" not in answer.text.lower()
    assert answer.content_type == "text/html; charset=utf-8"
    assert '<html lang="' in answer.text


def test_a_form_with_a_mistake_is_shown_again_and_nothing_is_kept(
    app: Flask, client: Visitor
) -> None:
    before = dump(app)
    answers = {case: sign_up(client, **fields) for case, fields in REFUSED.items()}
    assert {case: a.status_code for case, a in answers.items() if a.status_code != 422} == {}
    for answer in answers.values():
        _assert_clean(answer, 422)
        assert "There is a problem" in answer.text
        assert "Error:" in answer.text
    assert dump(app) == before


def test_a_topic_on_a_form_that_offers_none_is_refused(app: Flask, client: Visitor) -> None:
    open_newsletter(app, "plain", topic_slugs=())
    before = dump(app)
    assert sign_up(client, form="plain", topics=["art"]).status_code == 422
    assert dump(app) == before
    assert sign_up(client, form="plain").status_code == 303


def test_what_was_right_is_kept_in_the_form(client: Visitor) -> None:
    page = sign_up(client, "wrong", name="Ada Lovelace", topics=["law"]).text
    assert 'value="wrong"' in page
    assert 'value="Ada Lovelace"' in page
    assert 'value="law" checked' in page
    assert 'value="art" checked' not in page


def test_what_was_typed_can_not_become_markup(client: Visitor) -> None:
    page = sign_up(client, '"><script>alert(1)</script>', name="<img src=x>").text
    assert "<script" not in page
    assert "<img" not in page


def test_bytes_that_are_no_utf_8_are_refused(app: Flask, client: Visitor) -> None:
    before = dump(app)
    for address in (b"ada%FF%FE@x.org", b"ada\xff\xfe@x.org", b"%ED%A0%80@x.org", b"%00"):
        body = b"consent=y&email=" + address
        _assert_clean(client.post("/forms/news", data=body, content_type=FORM), 422)
        parts = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n%s\r\n--x--\r\n'
        kind = "multipart/form-data; boundary=x"
        _assert_clean(client.post("/forms/news", data=parts % address, content_type=kind), 422)
    assert dump(app) == before


def test_bytes_that_are_no_utf_8_in_another_field_do_no_harm(app: Flask, client: Visitor) -> None:
    body = urlencode(GOOD).encode() + b"&name=Ad%FFa"
    answer = client.post("/forms/news", data=body, content_type=FORM)
    assert answer.status_code in {303, 422}
    assert "Traceback" not in answer.text


BODIES = [
    (b'{"email": "ada@example.org", "consent": "y"}', "application/json"),
    (b"email=ada@example.org&consent=y", "text/plain"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"anything", "multipart/form-data"),
    (b"\0" * 100, FORM),
    (b"", FORM),
    (b"", ""),
]


def test_a_body_of_another_kind_is_an_empty_form(app: Flask, client: Visitor) -> None:
    before = dump(app)
    for body, kind in BODIES:
        _assert_clean(client.post("/forms/news", data=body, content_type=kind), 422)
    assert dump(app) == before


def test_ten_megabytes_are_too_much_for_a_form(app: Flask, client: Visitor) -> None:
    before = dump(app)
    body = b"email=ada@example.org&consent=y&name=" + BIG
    for kind in (FORM, "multipart/form-data; boundary=x", "application/json"):
        _assert_clean(client.post("/forms/news", data=body, content_type=kind), 413)
    assert dump(app) == before


def test_thousands_of_fields_are_too_many(app: Flask, client: Visitor) -> None:
    before = dump(app)
    fields = GOOD | {"topics": ["art"] * 300}
    answer = client.post("/forms/news", data=fields, content_type="multipart/form-data")
    _assert_clean(answer, 413)
    assert dump(app) == before


def test_ten_megabytes_are_too_much_for_a_link(app: Flask, client: Visitor) -> None:
    before = dump(app)
    for purpose in (Purpose.CONFIRM, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES):
        link = link_to(app, purpose, "noise@example.org")
        _assert_clean(client.post(link, data=b"x=" + BIG, content_type=FORM), 413)
    assert dump(app) == before


def test_a_method_that_means_nothing_here_is_refused(app: Flask, client: Visitor) -> None:
    before = dump(app)
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        for path in ("/", "/forms/news", "/unsubscribe/x", "/preferences/x"):
            answer = client.open(path, method=method)
            _assert_clean(answer, 405)
            assert "GET" in answer.headers["Allow"]
    assert dump(app) == before


def test_what_is_only_read_can_not_be_posted_to(client: Visitor) -> None:
    for path in ("/", "/forms/news/sent", "/privacy", "/healthz"):
        assert client.post(path).status_code == 405


NOWHERE = [
    "/forms/unknown",
    "/forms/unknown/sent",
    "/forms/",
    "/forms",
    "/forms/news/",
    "/forms/NEWS",
    "/forms/%00",
    "/forms/news%00",
    "/forms/%FF",
    "/forms/" + "x" * 5_000,
    "/forms/..%2F..%2Fetc%2Fpasswd",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/confirm/%00",
    "/confirm/" + "x" * 5_000,
    "/confirm/%F0%9F%98%80.0.x",
    "/unsubscribe/",
    "/wp-login.php",
    f"/{quote(ADA)}",
]


def test_what_is_not_there_is_not_found(app: Flask, client: Visitor) -> None:
    before = dump(app)
    for path in NOWHERE:
        answers = [client.get(path), client.post(path, data=GOOD)]
        assert [answer.status_code for answer in answers] in ([404, 404], [404, 405]), path[:50]
        for answer in answers:
            assert "Traceback" not in answer.text
            assert ADA not in answer.text
    assert dump(app) == before


def test_a_query_that_nobody_asked_for_does_no_harm(client: Visitor) -> None:
    for query in ("?email=ada@example.org&consent=y", "?%00", "?" + "x=1&" * 3_000, "?a[]=%FF"):
        assert client.get(f"/forms/news{query}").status_code == 200


def test_a_mistake_of_ours_tells_neither_page_nor_log_who_it_was(
    client: Visitor, monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"something about {ADA} and ada%40example.org")

    monkeypatch.setattr(hosted_forms, "request_subscription", broken)
    answer = sign_up(client)
    _assert_clean(answer, 500)
    assert ADA not in answer.text
    [line] = log.getvalue().splitlines()
    assert "unexpected_error" in line
    assert "RuntimeError" in line
    assert "example.org" not in line
    log.truncate(0)
