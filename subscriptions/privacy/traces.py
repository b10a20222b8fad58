"""The forms in which a mail address can lie in a file, each as a pattern to search for.

Case is ignored everywhere. For that, text is folded (ASCII letters made lower) before it is
searched; in base64 and hexadecimal, where the case of a letter is one bit, the pattern allows both.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain, product
from typing import Literal

import idna

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
NORMAL_FORMS: tuple[Literal["NFC", "NFD", "NFKC"], ...] = ("NFC", "NFD", "NFKC")


class View(Enum):
    """How the bytes must be prepared before a pattern is searched in them."""

    FOLDED = "ASCII letters in lower case"
    BASE64 = "line ends removed, the URL-safe alphabet turned into the standard one"


@dataclass(frozen=True, slots=True)
class Trace:
    """One form of an address. ``plain`` is what the pattern must not match to count, or empty."""

    encoding: str
    view: View
    pattern: re.Pattern[bytes]
    plain: bytes = b""


def traces_of(address: str) -> list[Trace]:
    """Every form of ``address`` that is searched for."""
    return list(chain.from_iterable(map(_traces, _spellings(address))))


def _spellings(address: str) -> list[str]:
    """The address with its domain in Unicode and in punycode, in every normal form and case."""
    local, _, domain = address.rpartition("@")
    found = {}
    for spelt, form in product((domain, *_domains(domain)), NORMAL_FORMS):
        text = unicodedata.normalize(form, f"{local}@{spelt}")
        for case in (text, text.upper(), text.casefold()):
            found[case.encode().lower()] = case
    return list(found.values())


def _domains(domain: str) -> Iterator[str]:
    for convert in (_to_ascii, idna.decode):
        try:
            yield convert(domain)
        except (idna.IDNAError, UnicodeError):
            continue


def _to_ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode("ascii")


def _traces(text: str) -> Iterator[Trace]:
    code = text.encode().lower()
    note = " (punycode)" if b"xn--" in code else ""
    yield Trace(f"plain text{note}", View.FOLDED, re.compile(re.escape(code)))
    for order in ("le", "be"):
        wide = text.encode(f"utf-16-{order}").lower()
        yield Trace(f"UTF-16{note}", View.FOLDED, re.compile(re.escape(wide)))
    for name, pattern in (
        ("percent-encoded", _each(code, lambda byte: b"%%%02x" % byte)),
        ("quoted-printable", _each(code, lambda byte: b"=%02x" % byte, b"(?:=\r?\n)?")),
        ("JSON escapes", _escaped(text, _json_escape)),
        ("HTML entities", _escaped(text, _html_escape)),
    ):
        yield Trace(f"{name}{note}", View.FOLDED, re.compile(pattern), code)
    hexadecimal = b"".join(_any_of([b"%02x" % byte for byte in _cases(byte)]) for byte in code)
    yield Trace(f"hexadecimal{note}", View.FOLDED, re.compile(hexadecimal))
    for shift in range(3):
        yield Trace(f"base64{note}", View.BASE64, re.compile(_base64(code, shift)))


def _cases(byte: int) -> set[int]:
    return set(bytes([byte]).lower() + bytes([byte]).upper())


def _any_of(choices: list[bytes]) -> bytes:
    return b"(?:" + b"|".join(sorted(choices)) + b")"


def _each(code: bytes, encode: Callable[[int], bytes], between: bytes = b"") -> bytes:
    """Each byte as it is or encoded, with ``between`` allowed between any two."""
    return between.join(
        _any_of([re.escape(bytes([byte])), *(encode(each) for each in _cases(byte))])
        for byte in code
    )


def _escaped(text: str, escape: Callable[[str], list[bytes]]) -> bytes:
    """Each character as it is or escaped."""
    return b"".join(
        _any_of(
            [
                re.escape(character.encode().lower()),
                *{form for case in (character, character.swapcase()) for form in escape(case)},
            ]
        )
        for character in text
    )


def _json_escape(text: str) -> list[bytes]:
    # More than one backslash where JSON lies inside of JSON, or in PostgreSQL's COPY format.
    code = text.encode("utf-16-be")
    units = [code[start : start + 2].hex() for start in range(0, len(code), 2)]
    return [b"".join(rb"\\\\*u" + unit.encode() for unit in units)]


def _html_escape(text: str) -> list[bytes]:
    decimal = "".join(f"&#0*{ord(character)};" for character in text)
    hexadecimal = "".join(f"&#x0*{ord(character):x};" for character in text)
    return [decimal.encode(), hexadecimal.encode()]


def _base64(code: bytes, shift: int) -> bytes:
    """The characters that ``code`` alone decides when it begins ``shift`` bytes into a group."""
    first = -(-shift * 8 // 6)
    last = (shift + len(code)) * 8 // 6
    lower, upper = (
        int.from_bytes(bytes(shift) + case + bytes(3), "big") for case in (code, code.upper())
    )
    bits = (shift + len(code) + 3) * 8
    classes = []
    for place in range(first, last):
        down = bits - 6 * (place + 1)
        classes.append({ALPHABET[number >> down & 63] for number in _blends(lower, upper, down)})
    return b"".join(b"[" + re.escape(bytes(sorted(choices))) + b"]" for choices in classes)


def _blends(lower: int, upper: int, down: int) -> Iterator[int]:
    """Both cases of the one or two letters whose bits fall into the six above ``down``."""
    window = 63 << down
    different = (lower ^ upper) & window
    part = different
    while True:
        yield (lower & ~different) | part
        if not part:
            return
        part = (part - 1) & different
