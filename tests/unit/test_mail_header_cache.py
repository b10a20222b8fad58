"""The memory of parsed headers: quick, and forgetful where it must be."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from subscriptions.mail.header_cache import REPEATED, HeaderCache

POLICY = SMTP.clone(header_factory=HeaderCache())


def test_a_repeated_header_is_parsed_once() -> None:
    registry = HeaderCache()
    assert registry("Subject", "Hello") is registry("Subject", "Hello")


def test_a_recipient_is_never_kept() -> None:
    registry = HeaderCache()
    assert registry("To", "a@example.org") is not registry("To", "a@example.org")
    assert not {"to", "cc", "list-unsubscribe", "message-id"} & REPEATED


@pytest.mark.parametrize("name", ["Subject", "To"])
def test_a_line_end_in_a_header_is_refused(name: str) -> None:
    message = EmailMessage(policy=POLICY)
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        message[name] = "x\r\nBcc: b@example.org"


def test_two_names_with_one_value_stay_two_headers() -> None:
    message = EmailMessage(policy=POLICY)
    message["Subject"] = message["List-Id"] = "<news.example.org>"
    assert message.as_bytes().split(b"\r\n")[:2] == [
        b"Subject: <news.example.org>",
        b"List-Id: <news.example.org>",
    ]
