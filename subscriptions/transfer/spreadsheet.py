"""Subscribers out, as XLSX. Every cell is text, so nothing runs as a formula or loses its zeros."""

from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from subscriptions.core.errors import Invalid
from subscriptions.transfer.export import subscriber_rows

MAX_ROWS = 1_048_576  # of one sheet, header included


class TooManyRows(Invalid):
    """A sheet can't hold them all."""

    message = _("A spreadsheet holds at most 1,048,575 subscribers: export as CSV.")


def write_subscribers_xlsx(
    session: Session,
    newsletter_id: int,
    file: BinaryIO,
    scratch: Path,
    status: str | None = None,
    topic: str | None = None,
) -> None:
    """Write what :func:`~subscriptions.transfer.export.stream_subscribers_csv` would, as XLSX.

    ``scratch`` is a folder for drafts, which are removed. Memory does not grow with the rows.
    """
    selection, batches = subscriber_rows(session, newsletter_id, status, topic)
    with TemporaryDirectory(dir=scratch, prefix=".export-") as drafts:
        book = Workbook(file, {"constant_memory": True, "tmpdir": drafts})
        sheet = book.add_worksheet()
        lines = chain([selection.header], chain.from_iterable(batches))
        for number, row in enumerate(lines):
            if number == MAX_ROWS:
                raise TooManyRows
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell or "")
        book.close()
