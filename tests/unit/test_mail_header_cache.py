"""The memory of parsed headers: quick, and forgetful where it must be."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from subscriptions.mail.header_cache import REPEATED, HeaderCache, RememberingPolicy

POLICY = RememberingPolicy(linesep="\r\n", header_factory=HeaderCache())


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


@pytest.mark.parametrize("subject", ["Hello", "Grüße, " + "und noch ein Wort " * 9])
def test_lines_are_broken_as_the_standard_library_breaks_them(subject: str) -> None:
    """Also the second time, when they come from memory."""
    ours, theirs = EmailMessage(policy=POLICY), EmailMessage(policy=SMTP)
    for message in (ours, theirs):
        message["Subject"] = subject
        message["To"] = "a@example.org"
    assert ours.as_bytes() == theirs.as_bytes()
    assert ours.as_bytes() == theirs.as_bytes()


def test_a_link_in_a_header_stays_whole_however_long() -> None:
    """RFC 8058 needs it as it stands: an encoded word is no link."""
    link = f"<https://news.example.org/unsubscribe/{'x' * 200}>"
    message = EmailMessage(policy=POLICY)
    message["List-Unsubscribe"] = link
    assert message.as_bytes().split(b"\r\n")[0].decode() == f"List-Unsubscribe: {link}"
