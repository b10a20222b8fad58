"""Imports in a few words: a file, a plan, and the worker that does it."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from flask import Flask
from flask_babel import force_locale
from openpyxl import Workbook

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.transfer.importing.planning import check_import, locked_import, run_import
from subscriptions.transfer.importing.plans import How, Mode, Plan
from subscriptions.transfer.importing.queries import import_of
from subscriptions.transfer.importing.receiving import receive
from subscriptions.transfer.importing.reports import Judged, judge, left_out_csv
from subscriptions.transfer.importing.working import go_on, work
from tests.support.exports import read_csv
from tests.support.visits import newsletter_id, rows_of

EVIDENCE = "Paper list of the fair, folder 7"
WORDING = "Yes, send me the news letter."


def csv_of(*lines: str, encoding: str = "utf-8") -> bytes:
    """A CSV file of these lines."""
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def xlsx_of(rows: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX file of these rows."""
    book, file = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    book.save(file)
    return file.getvalue()


def plan_of(columns: dict[str, int] | None = None, **changes: Any) -> Plan:
    """A plan: consent on paper in May 2025, unless told otherwise."""
    values: dict[str, Any] = {
        "mode": Mode.CONSENTED,
        "columns": columns or {"email": 0},
        "wording": WORDING,
        "how": How.PAPER,
        "evidence": EVIDENCE,
        "consented_on": date(2025, 5, 1),
    }
    return Plan(**(values | changes))


def upload(app: Flask, content: bytes, newsletter: str = "news") -> str:
    """Have a file received; the reference of its import."""
    of = newsletter_id(app, newsletter)
    with app.test_request_context(), force_locale("en"):
        return receive(BytesIO(content), of)


def begin(app: Flask, reference: str, plan: Plan, *, dry: bool = False) -> None:
    """Let a pass begin, which the worker then does."""
    with app.app_context(), unit_of_work() as session:
        found = locked_import(session, newsletter_id(app, "news"), reference)
        (check_import if dry else run_import)(session, found, plan)


def run(app: Flask, content: bytes, plan: Plan | None = None) -> dict[str, Any]:
    """The whole way, and what its row says in the end."""
    reference = upload(app, content)
    begin(app, reference, plan or plan_of())
    with app.app_context():
        work()
    return row_of(app, reference)


def row_of(app: Flask, reference: str) -> dict[str, Any]:
    """The import's row."""
    return rows_of(app, "imports", reference=reference)[0]


def go_on_with(app: Flask, reference: str) -> None:
    """Let a worker take it up."""
    import_id = row_of(app, reference)["id"]
    with app.app_context():
        go_on(import_id)


def judged(app: Flask, content: bytes, plan: Plan | None = None) -> list[Judged]:
    """What a dry run says of each row."""
    reference = upload(app, content)
    of = newsletter_id(app, "news")
    with app.app_context():
        session = current_session()
        return list(judge(session, import_of(session, of, reference), plan or plan_of()))


def left_out(app: Flask, reference: str) -> list[dict[str, str]]:
    """The rows that were left out, as the operator downloads them."""
    of = newsletter_id(app, "news")
    with app.test_request_context(), force_locale("en"):
        session = current_session()
        content = b"".join(left_out_csv(session, import_of(session, of, reference)))
    return read_csv(content)


def addresses(app: Flask, **where: Any) -> list[str]:
    """The addresses of all subscribers."""
    return [row["address"] for row in rows_of(app, "subscribers", **where)]
