"""The logo of a form: a small picture that is known by its bytes, not by what it is called.

PNG (W3C, 5 and 11.2.2), JPEG (ITU-T T.81, B.1 and B.2) and WebP (RFC 9649) say their kind and
their size at their beginning. Nothing is decoded here, and SVG is not taken: it is a document that
can hold scripts.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _

MAX_BYTES = 12_000  # so that a page with its logo stays below 30 kB
MAX_SIDE = 2_000  # pixels
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture: its bytes, its kind (``png``, ``jpeg`` or ``webp``), its size in pixels."""

    data: bytes
    kind: str
    width: int
    height: int

    @property
    def hash(self) -> str:
        """A name that no other picture has."""
        return hashlib.sha256(self.data).hexdigest()[:32]


def read_logo(data: bytes) -> Logo:
    """The picture in a file, or :class:`Invalid` if it is none, or too large."""
    if len(data) > MAX_BYTES:
        raise Invalid(
            _("A logo has at most 12 kB. Save it smaller (400 pixels are wide enough), or as WebP.")
        )
    for kind, size_of in READERS.items():
        size = size_of(data)
        if size is not None:
            if not all(1 <= side <= MAX_SIDE for side in size):
                raise Invalid(_("A logo has at most 2,000 pixels on each side."))
            return Logo(data, kind, *size)
    raise Invalid(_("A logo is a PNG, JPEG or WebP file."))


Size = tuple[int, int]


def _png(data: bytes) -> Size | None:
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg(data: bytes) -> Size | None:
    if not data.startswith(JPEG):
        return None
    for marker, at in _segments(data):
        if marker in START_OF_FRAME and len(data) >= at + 9:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and place of each segment before the picture's own data."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        yield data[at + 1], at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _webp(data: bytes) -> Size | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + _little(data[24:27]), 1 + _little(data[27:30])
    if chunk == b"VP8L" and data[20] == 0x2F:
        bits = _little(data[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


READERS = {"png": _png, "jpeg": _jpeg, "webp": _webp}
