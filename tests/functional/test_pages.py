"""Promises that every public page keeps: headers, no cookie, size, HEAD like GET."""

import re
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import cast
from urllib.parse import urljoin

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.cli.server import load_web
from subscriptions.core.tokens import Purpose
from tests.support.applications import BASE_URL, Visitor
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, sign_up, subscribe

CSP = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
FIXED = {
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
OPEN = {"index", "form", "sent", "privacy", "nothing"}
PENDING = "pending@example.org"
MAX_PAGE = 30_000  # bytes, with its style sheet and its icon


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    subscribe(app, client)
    subscribe(app, client, "gone@example.org")
    sign_up(client, PENDING, topics=["law"])


@pytest.fixture
def paths(app: Flask, client: Visitor) -> dict[str, str]:
    """Every public page: what it shows, and where it is."""
    expired = link_to(app, Purpose.CONFIRM, "gone@example.org")
    over = link_to(app, Purpose.UNSUBSCRIBE, "gone@example.org")
    client.post(over)
    return {
        "index": "/",
        "form": "/forms/news",
        "sent": "/forms/news/sent",
        "privacy": "/privacy",
        "nothing": "/nothing/here",
        "confirm": link_to(app, Purpose.CONFIRM, PENDING),
        "confirmed": link_to(app, Purpose.CONFIRM),
        "expired": expired,
        "forged": "/confirm/forged",
        "unsubscribe": link_to(app, Purpose.UNSUBSCRIBE),
        "unsubscribed": over,
        "preferences": link_to(app, Purpose.PREFERENCES),
    }


@pytest.fixture
def pages(paths: dict[str, str], client: Visitor) -> dict[str, TestResponse]:
    """Every public page as a visitor gets it."""
    return {name: client.get(path) for name, path in paths.items()}


def _failing(pages: dict[str, TestResponse], holds: Callable[[TestResponse], object]) -> list[str]:
    return [name for name, page in pages.items() if not holds(page)]


def test_the_pages_are_the_ones_we_mean(pages: dict[str, TestResponse]) -> None:
    others = {name: page.status_code for name, page in pages.items() if page.status_code != 200}
    assert others == {"nothing": 404, "forged": 404, "expired": 410}


def test_a_public_page_sets_no_cookie(pages: dict[str, TestResponse]) -> None:
    """MP8, MS8."""
    assert _failing(pages, lambda page: "Set-Cookie" not in page.headers) == []
    assert _failing(pages, lambda page: "Cookie" not in page.headers.get("Vary", "")) == []


def test_no_step_of_the_whole_way_sets_a_cookie(app: Flask, client: Visitor) -> None:
    """MP8: everything works with cookies off."""
    address = "whole-way@example.org"
    answers = [client.get("/forms/news"), sign_up(client, address), sign_up(client, "wrong")]
    for purpose in (Purpose.CONFIRM, Purpose.PREFERENCES, Purpose.UNSUBSCRIBE):
        link = link_to(app, purpose, address)
        data = {"frequency": "every", "locale": "en"}
        answers += [client.get(link), client.post(link, data=data)]
    assert [answer.status_code for answer in answers] == [200, 303, 422, *[200] * 6]
    assert all("Set-Cookie" not in answer.headers for answer in answers)


def test_a_public_page_is_shut_off_from_everything_else(pages: dict[str, TestResponse]) -> None:
    """MS7: nothing from elsewhere would load. MP12, MS6: where there is TLS, it is insisted on."""
    for name, page in pages.items():
        assert set(page.headers["Content-Security-Policy"].split("; ")) == CSP, name
        assert "max-age=" in page.headers["Strict-Transport-Security"], name
        assert {key: page.headers[key] for key in FIXED} == FIXED, name


@pytest.mark.settings(base_url="http://127.0.0.1:8000")
def test_without_tls_it_is_not_insisted_on(client: Visitor) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_a_page_behind_a_token_is_kept_by_nobody(pages: dict[str, TestResponse]) -> None:
    for name in pages.keys() - OPEN:
        assert pages[name].headers["Cache-Control"] == "no-store", name
        assert pages[name].headers["X-Robots-Tag"] == "noindex, nofollow", name
        assert '<meta name="robots" content="noindex, nofollow">' in pages[name].text, name


def test_an_open_page_may_be_found(pages: dict[str, TestResponse]) -> None:
    for name in ("index", "form", "privacy"):
        assert "X-Robots-Tag" not in pages[name].headers
        assert "noindex" not in pages[name].text


def test_head_answers_like_get(
    paths: dict[str, str], pages: dict[str, TestResponse], client: Visitor
) -> None:
    for name, path in paths.items():
        headed = client.head(path)
        assert headed.status_code == pages[name].status_code
        assert headed.data == b""
        assert dict(headed.headers) == dict(pages[name].headers)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/privacy.json"])
def test_head_answers_like_get_for_machines_too(client: Visitor, path: str) -> None:
    got, headed = client.get(path), client.head(path)
    assert got.status_code == headed.status_code == 200
    assert headed.data == b""
    assert headed.content_type == got.content_type


def test_a_page_with_all_it_loads_is_small(pages: dict[str, TestResponse], client: Visitor) -> None:
    for name, page in pages.items():
        loaded = set(re.findall(r'<link[^>]+href="([^"]+)"', page.text))
        assert loaded, name
        parts = [client.get(urljoin(f"{BASE_URL}/", path), buffered=True) for path in loaded]
        assert all(part.status_code == 200 for part in parts)
        assert len(page.data) + sum(len(part.data) for part in parts) < MAX_PAGE, name


def test_a_page_needs_no_script_and_nothing_from_elsewhere(
    pages: dict[str, TestResponse],
) -> None:
    """MS7."""
    for name, page in pages.items():
        assert "<script" not in page.text
        assert not re.search(r'\son\w+="|\sstyle="|javascript:', page.text), name
        sources = re.findall(r'(?:src|action|<link[^>]+href)="([^"]*)"', page.text)
        assert all(source.startswith("/") for source in sources), name


def test_no_link_of_a_page_is_empty(pages: dict[str, TestResponse]) -> None:
    assert _failing(pages, lambda page: not re.search(r'(?:href|action)=""', page.text)) == []


def test_every_page_has_the_word_privacy_and_who_is_behind_it(
    pages: dict[str, TestResponse],
) -> None:
    """MP9, MM12: on the first page and on every other, with the contact."""
    for words in (
        '<a href="/privacy">Privacy</a>',
        "Example Organisation",
        "1 Example Street",
        "privacy@example.org",
        '<html lang="en">',
    ):
        assert [name for name, page in pages.items() if words not in page.text] == []


def test_no_page_shows_an_address_of_a_subscriber(pages: dict[str, TestResponse]) -> None:
    for address in (ADA.lower(), PENDING, "gone@example.org"):
        assert [name for name, page in pages.items() if address in page.text.lower()] == []


def test_the_language_of_the_browser_breaks_nothing(paths: dict[str, str], client: Visitor) -> None:
    for wanted in ("de", "xx", "zh-Hant-TW, *;q=0.5", "\xff", "a" * 5000, "en;q=lots"):
        for name in ("form", "unsubscribe"):
            answer = client.get(paths[name], headers={"Accept-Language": wanted})
            assert answer.status_code == 200


def test_the_index_leads_to_the_forms(client: Visitor) -> None:
    page = client.get("/").text
    assert 'href="/forms/news"' in page
    assert "The news letter" in page


def test_an_installation_without_newsletters_has_an_index_too(app: Flask) -> None:
    assert Visitor(app).get("/").status_code == 200


def test_the_style_sheet_has_no_way_out(client: Visitor) -> None:
    """MS7."""
    sheet = client.get("/static/public.css", buffered=True).text
    assert "://" not in sheet
    assert "@import" not in sheet


def test_the_metrics_name_nobody(client: Visitor) -> None:
    text = client.get("/metrics").text
    assert "@" not in text
    assert 'assent_subscription_events_total{event="confirmed"} 2.0' in text
    assert "assent_mail_waiting" in text


def test_nobody_waits_for_the_templates_of_a_page(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "loaded", cast(ModuleType, SimpleNamespace(app=app)))
    assert load_web("loaded:app") is app
    cache = app.jinja_env.cache
    assert cache is not None
    ready = len(cache)
    for path in ("/", "/forms/news", "/forms/news/sent", "/privacy", "/contact"):
        assert client.get(path).status_code == 200
    for purpose in (Purpose.CONFIRM, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES):
        client.get(link_to(app, purpose))
    assert len(cache) == ready
