"""What counts as the origin of a page that a form may lead to."""

import pytest

from subscriptions.core.errors import Invalid
from subscriptions.newsletters.redirects import origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://example.org", "https://example.org"),
        ("https://WWW.Example.org/thanks?from=news#top", "https://www.example.org"),
        ("HTTPS://example.org:443/", "https://example.org"),
        ("https://example.org:8443/", "https://example.org:8443"),
        ("https://xn--exmple-cua.org/", "https://xn--exmple-cua.org"),
        ("http://localhost:8000/thanks", "http://localhost:8000"),
        ("http://127.0.0.1/", "http://127.0.0.1"),
    ],
)
def test_an_origin_has_one_spelling(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "thanks",
        "//example.org/thanks",
        "http://example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:example.org",
        "https:///thanks",
        "https://good.example@evil.example/",
        "https://good.example\\@evil.example/",
        "https://good.example\\.evil.example/",
        "https://example.org/a b",
        "https://example.org/\r\nSet-Cookie: a=b",
        "https://exämple.org/",
        "https://example.org:99999/",
        "https://[::1]/",
        "https://example.org;script-src/",
        "https://*/",
        "https://example.org/" + "x" * 500,
    ],
)
def test_what_a_browser_could_read_in_another_way_has_none(url: str) -> None:
    with pytest.raises(Invalid):
        origin_of(url)
