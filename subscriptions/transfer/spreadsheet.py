"""Subscribers out, as XLSX. Every cell is text, so nothing runs as a formula or loses its zeros.

XlsxWriter makes the workbook, and the rows of its only sheet are written into the archive as they
come: it would first write all of them to a file of its own, and nobody could begin to download.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, RawIOBase
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP64_LIMIT, ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.export import Row

MAX_ROWS = 1_048_576  # of one sheet, header included
SHEET = "xl/worksheets/sheet1.xml"
ROWS_HERE = b"<sheetData/>"
ABOUT_A_CELL = 128  # bytes of it, more than they take on average
# XML 1.0 has no way to say these.
UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class TooManyRows(Invalid):
    """A sheet can't hold them all."""

    message = _("A spreadsheet holds at most 1,048,575 subscribers: export as CSV.")


def xlsx_chunks(
    header: Sequence[str], batches: Iterable[Iterable[Row]], expected: int
) -> Iterator[bytes]:
    """Batches of rows as an XLSX file, a chunk for each. Memory does not grow with the rows.

    ``expected`` is about how many there are: archives beyond 2 GB are of another kind. Raises
    :class:`TooManyRows` at the row that no sheet has.
    """
    out = _Outlet()
    before, after, parts = _empty_workbook()
    large = (expected + 1) * len(header) * ABOUT_A_CELL > ZIP64_LIMIT
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in parts:
            book.writestr(name, content)
        with book.open(SHEET, "w", force_zip64=large) as sheet:
            sheet.write(before + _xml([list(header)]))
            left = MAX_ROWS - 1
            for batch in batches:
                rows = list(batch)
                left -= len(rows)
                if left < 0:
                    raise TooManyRows
                sheet.write(_xml(rows))
                yield out.take()
            sheet.write(after)
    yield out.take()


def _xml(rows: Sequence[Row]) -> bytes:
    return "".join([f"<row>{''.join(map(_cell, row))}</row>" for row in rows]).encode()


def _cell(text: str | None) -> str:
    if text and not text.isalnum():
        text = escape(UNSAYABLE.sub("", text))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text or ""}</t></is></c>'


def _empty_workbook() -> tuple[bytes, bytes, list[tuple[Any, bytes]]]:
    """What comes before and after the rows of the sheet, and the other parts of the archive."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet()
    with ZipFile(file) as archive:
        parts = [(part, archive.read(part)) for part in archive.infolist()]
    sheet = next(content for part, content in parts if part.filename == SHEET)
    before, _found, after = sheet.partition(ROWS_HERE)
    others = [(part, content) for part, content in parts if part.filename != SHEET]
    return before + b"<sheetData>", b"</sheetData>" + after, others


class _Outlet(RawIOBase):
    """A file that can only be written to, and hands out what was written since the last time."""

    def __init__(self) -> None:
        super().__init__()
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        """As its base has it."""
        return True

    def write(self, data: Any) -> int:
        """Keep it until it is taken."""
        self._chunks.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """What was written since."""
        content = b"".join(self._chunks)
        self._chunks.clear()
        return content
