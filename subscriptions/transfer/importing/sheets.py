"""A file as rows of text, whatever it was: its first row names the columns, or nothing does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from subscriptions.core.addresses import InvalidAddress, parse_address
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.importing.csv_file import detect_delimiter, read_csv
from subscriptions.transfer.importing.encoding import detect_encoding
from subscriptions.transfer.importing.refusals import BadFile, FileTooLarge
from subscriptions.transfer.importing.xlsx_file import (
    MAX_COLUMNS,
    OLD_SIGNATURE,
    SIGNATURE,
    read_xlsx,
)

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_CELL = 10_000  # characters
MAX_NAME = 200
Row = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``source`` says how the file was read, ``names`` what its columns are called.

    ``rows`` can be gone through once, and raises :class:`BadFile` where the file turns out bad.
    """

    source: dict[str, Any]
    names: list[str]
    rows: Iterator[Row]


def open_sheet(file: IO[bytes]) -> Sheet:
    """Read the beginning of a file; :class:`BadFile` if that is as far as one gets."""
    source, rows = _open(file)
    rows = _bounded(rows)
    first = next(rows, None)
    if first is None:
        raise BadFile(_("The file is empty."))
    has_header = not any(map(_is_address, first))
    names = _names(first) if has_header else [""] * len(first)
    shown = [name or gettext("Column %(number)d", number=n) for n, name in enumerate(names, 1)]
    return Sheet(
        source | {"header": has_header},
        shown,
        _even(rows if has_header else chain([first], rows), len(names), 2 if has_header else 1),
    )


def _open(file: IO[bytes]) -> tuple[dict[str, Any], Iterator[Row]]:
    start = file.read(4)
    file.seek(0)
    if start == OLD_SIGNATURE:
        raise BadFile(
            _("This is an old Excel file, or one with a password. Save it as XLSX or CSV.")
        )
    if start == SIGNATURE:
        return {"format": "xlsx"}, read_xlsx(file)
    encoding = detect_encoding(file)
    delimiter = detect_delimiter(file, encoding)
    source = {"format": "csv", "encoding": encoding, "delimiter": delimiter}
    return source, read_csv(file, encoding, delimiter)


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that are not blank, as long as they are within bounds."""
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise FileTooLarge
        if len(row) > MAX_COLUMNS:
            raise FileTooLarge(_("Row %(row)d has more than 100 columns.", row=number))
        if any(row):
            yield row


def _names(first: Row) -> Row:
    names = [cell.strip()[:MAX_NAME] for cell in first]
    given = [name.casefold() for name in names if name]
    if twice := next((name for name in given if given.count(name) > 1), None):
        raise BadFile(_("Two columns are called “%(name)s”. Rename one of them.", name=twice))
    return names


def _even(rows: Iterable[Row], width: int, number: int) -> Iterator[Row]:
    """The rows, each of which must have as many cells as the first."""
    for place, row in enumerate(rows, number):
        if len(row) != width:
            raise BadFile(
                _(
                    "Row %(row)d has %(found)d cells, the first row has %(width)d. Is a cell with "
                    "the delimiter in it missing its quotes?",
                    row=place,
                    found=len(row),
                    width=width,
                )
            )
        if any(len(cell) > MAX_CELL for cell in row):
            raise BadFile(_("Row %(row)d has a cell of more than 10,000 letters.", row=place))
        yield row


def _is_address(cell: str) -> bool:
    try:
        parse_address(cell)
    except InvalidAddress:
        return False
    return True
