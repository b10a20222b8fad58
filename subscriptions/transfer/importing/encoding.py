"""Which of four encodings a text file has, decided on all of it: UTF-8, UTF-16, Windows-1252.

No statistics: what is UTF-8 by its bytes is UTF-8, and what is not is what old spreadsheets write.
"""

import codecs
from collections.abc import Iterator
from typing import IO

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.importing.refusals import BadFile

BLOCK = 1 << 20
# No text has these: all control characters but tab and the ends of lines.
CONTROL = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
UNREADABLE = _("The letters of this file are neither UTF-8, UTF-16 nor Windows-1252.")
NO_TEXT = _("This is no text file. Save the list as CSV or XLSX and upload that.")


def detect_encoding(file: IO[bytes]) -> str:
    """The name of the codec, which leaves out a byte order mark; :class:`BadFile` if it has none.

    Leaves the file at its beginning.
    """
    try:
        return _detect(file)
    finally:
        file.seek(0)


def _detect(file: IO[bytes]) -> str:
    if wide := _wide(file.read(4)):
        return _checked(file, wide)
    file.seek(0)
    for block in _blocks(file):
        if len(block) != len(block.translate(None, CONTROL)):
            raise BadFile(NO_TEXT)
    try:
        return _checked(file, "utf-8-sig")
    except UnicodeDecodeError:
        return _checked(file, "cp1252")


def _wide(start: bytes) -> str | None:
    """The kind of UTF-16 that a file with this start is in, if it is in one."""
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    # Without a mark, every other byte of plain letters is nothing.
    nothing = "".join("01"[byte == 0] for byte in start)
    return {"0101": "utf-16-le", "1010": "utf-16-be"}.get(nothing)


def _checked(file: IO[bytes], encoding: str) -> str:
    """The encoding, if every byte of the file can be read by it."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if encoding == "utf-8-sig":
            raise
        raise BadFile(UNREADABLE if encoding == "cp1252" else NO_TEXT) from None
    return encoding


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(BLOCK), b"")
