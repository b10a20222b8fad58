"""How a client is recorded: not at all, truncated, or in full."""

import pytest

from subscriptions.core.client import (
    Recording,
    browser_family,
    client_key,
    record_address,
    record_user_agent,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48"),
        ("::ffff:198.51.100.77", "198.51.100.0/24"),
        ("::1", "::/48"),
    ],
)
def test_a_truncated_address_is_that_of_a_network(address: str, expected: str) -> None:
    """MS4."""
    assert record_address(address, Recording.TRUNCATED) == expected


@pytest.mark.parametrize("how", Recording)
@pytest.mark.parametrize("text", [None, "", "unknown", "1.2.3", "198.51.100.7, 192.0.2.1", "\0"])
def test_what_is_no_address_is_not_recorded(text: str | None, how: Recording) -> None:
    assert record_address(text, how) is None


def test_nothing_is_recorded_where_the_policy_says_nothing() -> None:
    assert record_address("198.51.100.77", Recording.NONE) is None
    assert record_user_agent(FIREFOX, Recording.NONE) is None


def test_everything_is_recorded_where_the_policy_says_so() -> None:
    """MG1."""
    assert record_address("198.51.100.77", Recording.FULL) == "198.51.100.77"
    assert record_user_agent(FIREFOX, Recording.FULL) == FIREFOX


def test_of_a_user_agent_only_the_product_is_kept() -> None:
    assert record_user_agent(FIREFOX, Recording.TRUNCATED) == "Mozilla/5.0"


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        (FIREFOX, "Firefox"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari"),
        ("curl/8.5", None),
        (None, None),
    ],
)
def test_a_browser_is_known_by_its_family(user_agent: str | None, family: str | None) -> None:
    assert browser_family(user_agent) == family


@pytest.mark.parametrize("how", [Recording.TRUNCATED, Recording.FULL])
def test_a_user_agent_is_short_and_printable(how: Recording) -> None:
    kept = record_user_agent("\x1b[31m\0\n" + "x" * 10_000, how)
    assert kept is not None
    assert kept.isprintable()
    assert len(kept) <= 300


def test_a_client_is_counted_under_a_key_that_only_we_can_make() -> None:
    key = client_key(b"k" * 32, "198.51.100.77")
    assert key == client_key(b"k" * 32, "198.51.100.77")
    assert len({key, client_key(b"x" * 32, "198.51.100.77"), client_key(b"k" * 32, None)}) == 3
