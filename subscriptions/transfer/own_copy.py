"""A person's own data, to take along: JSON, CSV (RFC 4180) and XLSX (GDPR Articles 15 and 20).

Everything that the registry holds, category by category. In CSV there is one line for each value,
since the categories have different columns; in XLSX each category is a sheet. What a spreadsheet
would run as a formula is text in every format.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from subscriptions.core.personal_data import registry
from subscriptions.transfer.export import csv_line

FORMAT = "assent-personal-data-1"
CSV_HEADER = ("category", "entry", "field", "value")
SHEET_NAME = 31  # characters, Excel's limit


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything held about one person. Each category has its description and its rows."""

    controller: str
    notice: str
    at: datetime
    categories: dict[str, tuple[str, Sequence[dict[str, Any]]]]


def copy_of(
    session: Session, subscriber_id: int, controller: str, notice: str, at: datetime
) -> Copy:
    """The copy of this subscriber's data; ``notice`` is where the privacy notice is."""
    held = registry.export(session, subscriber_id)
    described = {name: (registry.categories[name].description, rows) for name, rows in held.items()}
    return Copy(controller, notice, at, described)


def as_json(copy: Copy) -> bytes:
    """One object, with the rows of each category under its name."""
    document = {
        "format": FORMAT,
        "controller": copy.controller,
        "privacy_notice": copy.notice,
        "made_at": plain(copy.at),
        "data": {
            name: {"description": description, "entries": [_plain_row(row) for row in rows]}
            for name, (description, rows) in copy.categories.items()
        },
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def as_csv(copy: Copy) -> bytes:
    """One line for each value: category, number of the entry, field, value."""
    lines = [csv_line(CSV_HEADER)]
    for name, (_description, rows) in copy.categories.items():
        for number, row in enumerate(rows, 1):
            lines += [csv_line((name, str(number), key, text(row[key]))) for key in row]
    return "".join(lines).encode()


def as_xlsx(copy: Copy) -> bytes:
    """One sheet for each category; every cell is text."""
    file = BytesIO()
    book = Workbook(file, {"in_memory": True})
    for name, (_description, rows) in copy.categories.items():
        sheet = book.add_worksheet(name[:SHEET_NAME])
        header = list(dict.fromkeys(key for row in rows for key in row))
        lines = [header, *([text(row.get(key)) for key in header] for row in rows)]
        for number, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
    book.close()
    return file.getvalue()


def text(value: Any) -> str:
    """A value as one cell shows it; nothing is an empty one, a list has semicolons."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def plain(value: Any) -> Any:
    """A value as JSON can say it: moments and days as ISO 8601 writes them."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _plain_row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}


# By the ending of the file: its type, and what makes it.
FORMATS: dict[str, tuple[str, Callable[[Copy], bytes]]] = {
    "json": ("application/json", as_json),
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
