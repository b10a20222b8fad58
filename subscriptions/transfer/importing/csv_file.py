"""Rows of a CSV file (RFC 4180), with the delimiter that its own first rows show."""

import csv
from collections.abc import Generator
from contextlib import closing
from io import TextIOWrapper
from itertools import islice
from typing import IO

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.importing.refusals import BadFile

DELIMITERS = ",;\t|"
LOOKED_AT = 20  # rows


def detect_delimiter(file: IO[bytes], encoding: str) -> str:
    """The delimiter under which the first rows have the most cells, and all of them as many.

    A comma if none does: then there is one column. Leaves the file at its beginning.
    """
    return max(DELIMITERS, key=lambda delimiter: _width(file, encoding, delimiter))


def read_csv(file: IO[bytes], encoding: str, delimiter: str) -> Generator[list[str]]:
    """The rows with at least one cell that isn't blank. Closes nothing.

    Raises :class:`BadFile` where the file breaks the rules, with the line.
    """
    file.seek(0)
    text = TextIOWrapper(file, encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        yield from (row for row in reader if any(row))
    except csv.Error as error:
        raise BadFile(
            _("Line %(line)d can't be read as CSV: %(why)s.", line=reader.line_num, why=str(error))
        ) from None
    finally:
        if not file.closed:  # or this would close it
            text.detach()
            file.seek(0)


def _width(file: IO[bytes], encoding: str, delimiter: str) -> int:
    """How many cells each of the first rows has; 0 if they differ, or if there is only one."""
    with closing(read_csv(file, encoding, delimiter)) as rows:
        try:
            widths = {len(row) for row in islice(rows, LOOKED_AT)}
        except BadFile:
            return 0
    return widths.pop() if len(widths) == 1 and max(widths) > 1 else 0
