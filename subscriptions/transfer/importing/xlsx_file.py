"""Rows of the first sheet of an XLSX file, in bounded memory.

A workbook is a ZIP archive of XML. What it unpacks to is bounded by what its directory says, which
zipfile then holds it to; entities are refused by defusedxml, which openpyxl uses when it is there.
No formula is evaluated: its text is the cell.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.importing.refusals import BadFile, FileTooLarge

SIGNATURE = b"PK\x03\x04"
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and workbooks with a password
MAX_UNPACKED = 64 * 1024 * 1024  # bytes
MAX_MEMBERS = 1_000
MAX_COLUMNS = 100
ENCRYPTED = 1
BROKEN = _("This is no XLSX workbook, or a damaged one. Save it again, or as CSV.")
# What openpyxl and what is below it raise at files that are not what they say.
FAULTS = (
    BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,  # of defusedxml as well
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    EOFError,
    NotImplementedError,
)


def read_xlsx(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows with at least one cell that isn't blank, each as wide as the widest so far.

    Raises :class:`BadFile`, or :class:`FileTooLarge` before anything large is unpacked.
    """
    try:
        _look_inside(file)
        with closing(load_workbook(file, read_only=True, keep_links=False)) as book:
            if not book.worksheets:
                raise BadFile(BROKEN)
            yield from _rows(book.worksheets[0])
    except FAULTS:
        raise BadFile(BROKEN) from None


def _look_inside(file: IO[bytes]) -> None:
    with ZipFile(file) as archive:
        members = archive.infolist()
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise BadFile(_("The workbook has a password. Save it without one."))
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise FileTooLarge(
            _("The workbook unpacks to more than 64 MB. Save the list as CSV and upload that.")
        )


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what the file says of its size need not be true
    width = 0
    for cells in sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True):
        row = _texts(cells)
        width = max(width, len(row))
        # A blank one counts as well: the number of a row is all that a gap of millions has.
        yield row + [""] * (width - len(row))


def _texts(cells: Sequence[Any]) -> list[str]:
    """The cells as text, without the empty ones at the end."""
    last = len(cells)
    while last and cells[last - 1] in (None, ""):
        last -= 1
    return [_text(cell) for cell in cells[:last]]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # such as a phone number
    return str(cell)
