"""Mail addresses: parse, normalise, compare, mask.

International addresses are accepted where they are valid: non-ASCII local parts (RFC 6531) and
international domain names (RFC 5890), the latter in Unicode form.
"""

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from subscriptions.core.errors import Invalid

MAX_LENGTH = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
MAX_KEY = 320  # compatibility forms of some letters have up to 18 characters
# What nearly all look like. The library finds nothing to change in these but the domain's case, and
# takes sixty microseconds to say so.
PLAIN = re.compile(
    r"[a-z0-9_+-]{1,64}(?:\.[a-z0-9_+-]{1,64}){0,3}"
    r"@((?:[a-z0-9](?:-?[a-z0-9]){0,30}\.){1,4}([a-z]{2,20}))",
    re.ASCII | re.IGNORECASE,
)
# Domains that the library knows to lead nowhere: it decides about them.
SPECIAL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
MAX_LOCAL = 64  # RFC 5321 4.5.3.1.1
# What stands for bytes that were not UTF-8, in multipart and in urlencoded forms.
UNREADABLE = re.compile("\ufffd|%[89a-f][0-9a-f]", re.IGNORECASE)


class InvalidAddress(Invalid):
    """The text is not a mail address; it is never repeated in the message."""

    code = "invalid_address"


@dataclass(frozen=True, slots=True)
class Address:
    """A valid address.

    ``display`` is what mail is sent to: the local part as typed, the domain in lower case and
    Unicode. ``key`` tells whether two addresses are the same for us: case is ignored, because
    every large provider does, and because one person must not be two.
    """

    display: str
    key: str

    def __str__(self) -> str:
        """Never the address itself: it must not slip into a log line."""
        return mask(self.display)


def parse_address(text: str) -> Address:
    """Return the address in ``text``, or raise :class:`InvalidAddress`.

    Syntax only: no DNS look-up, because a sign-up waits for nothing outside.
    """
    stripped = text.strip(" \t")
    if plain := _plain(stripped):
        return plain
    if not stripped or len(stripped) > MAX_LENGTH or UNREADABLE.search(stripped):
        raise InvalidAddress
    try:
        parsed = validate_email(stripped, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidAddress from None
    key = address_key(parsed.normalized)
    if len(key) > MAX_KEY:
        raise InvalidAddress
    return Address(parsed.normalized, key)


def _plain(text: str) -> Address | None:
    """The address if it is of the kind that nearly all are; None leaves it to the library."""
    match = PLAIN.fullmatch(text)
    if match is None or match[2].lower() in SPECIAL or text.index("@") > MAX_LOCAL:
        return None
    normalized = f"{text[: match.start(1)]}{match[1].lower()}"
    return Address(normalized, normalized.lower()) if len(text) <= MAX_LENGTH else None


def address_key(address: str) -> str:
    """The form under which an address is found: NFKC, case folded."""
    return unicodedata.normalize("NFKC", address).casefold()


def mask(address: str) -> str:
    """A form that its owner recognises and nobody else can use: ``a…@e….org``."""
    local, _, domain = address.rpartition("@")
    name, dot, suffix = domain.rpartition(".")
    return f"{local[:1]}…@{name[:1]}…{dot}{suffix}"
