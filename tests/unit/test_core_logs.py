"""Logs: one JSON object a line, and no address or token in any of them."""

import json
import logging
from io import StringIO

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.core.logs import configure_logs, redact
from subscriptions.core.tokens import Purpose, Reference, TokenService

ADDRESSES = [
    "ada@example.org",
    "Ada.Lovelace+x@sub.example.co",
    "ada%40example.org",
    "用户@例え.jp",
]
FRAMES = ["{}", "<{}>", "to={}, ok", '"{}"', "smtp: 550 {} unknown", "[SQL: ('{}',)]", "/x/{}?a"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    stream = StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    configure_logs()
    return stream


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_never_passes(address: str, frame: str) -> None:
    shown = redact(frame.format(address))
    assert address not in shown
    assert "[address]" in shown


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_never_passes(purpose: Purpose) -> None:
    token = TokenService(["k" * 40]).make(purpose, Reference("Zk3v_0-aQ1r8sT5uW7xYzA", 0))
    assert redact(f"GET /x/{token} HTTP/1.1") == "GET /x/[token] HTTP/1.1"


@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    assert "ada@example.org" not in redact(f"{text} ada@example.org {text}")


def test_our_own_lines_and_those_of_libraries_look_alike(written: StringIO) -> None:
    structlog.get_logger().warning("ours", recipient="ada@example.org", number=3)
    logging.getLogger("library").error("theirs: %s", "ada@example.org")
    ours, theirs = (json.loads(line) for line in written.getvalue().splitlines())
    assert ours["event"] == "ours"
    assert ours["recipient"] == "[address]"
    assert ours["number"] == 3
    assert theirs["event"] == "theirs: [address]"
    assert theirs["logger"] == "library"
    assert ours["level"] == "warning"


def test_a_traceback_is_one_line_without_the_address(written: StringIO) -> None:
    try:
        int("no such person: ada@example.org")
    except ValueError:
        structlog.get_logger().exception("broken")
        logging.getLogger("library").exception("broken too")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert all("ValueError" in line and "ada@" not in line for line in lines)


def test_small_talk_of_libraries_is_not_written(written: StringIO) -> None:
    logging.getLogger("library").info("hello")
    assert written.getvalue() == ""
