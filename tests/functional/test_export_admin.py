"""The admin's export pages: what is asked for, the file, those on record, who has left since."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from subscriptions.operators.roles import Role
from subscriptions.transfer.exporting import asking
from tests.support.applications import Visitor, run_jobs
from tests.support.exports import CONTRACT, read_csv
from tests.support.operators import Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.visits import ADA, open_newsletter, rows_of, sign_up, subscribe

PAGE = "/admin/newsletters/news/export"
BOB, OPERATOR = "bob@example.org", "op@example.org"


@pytest.fixture
def desk(app: Flask, client: Visitor) -> Desk:
    """The browser of somebody who edits this newsletter, which two people read."""
    open_newsletter(app)
    open_newsletter(app, "noise")
    subscribe(app, client, topics=["art"], name="Ada Lovelace")
    subscribe(app, client, BOB, topics=["law"])
    sign_up(client, "pending@example.org")
    make_operator(app, OPERATOR, None, {"news": Role.EDITOR})
    return desk_of(app, OPERATOR)


def _ask(desk: Desk, **more: Any) -> TestResponse:
    wanted = {"purpose": "The May issue", "status": "active", "topic": "", "format": "csv"}
    return desk.send(PAGE, **(wanted | {"columns": CONTRACT} | more))


def test_a_small_one_comes_at_once_and_is_on_record(app: Flask, desk: Desk) -> None:
    """MG9, MP11."""
    columns = ["email", "unsubscribe_url", "name"]
    answer = _ask(desk, topic="art", columns=columns)
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    [row] = read_csv(answer.data)
    assert (list(row), row["email"], row["name"]) == (columns, ADA, "Ada Lovelace")
    [made] = rows_of(app, "exports")
    assert (made["made_by"], made["purpose"], made["rows"]) == (OPERATOR, "The May issue", 1)
    assert (made["topic"], made["columns"], made["state"]) == ("art", columns, "ready")
    assert "Analytical" not in str(rows_of(app, "export_contents"))
    entry = rows_of(app, "audit_entries")[-1]
    assert (entry["actor"], entry["action"]) == (OPERATOR, "subscribers.exported")
    assert entry["details"]["export"] == made["reference"]
    assert "The May issue" in desk.get(PAGE).text


def test_a_large_one_is_made_in_the_background_and_a_mail_says_when_it_is_ready(
    app: Flask, desk: Desk, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    page = _ask(desk).location
    waiting = desk.get(page)
    assert (waiting.headers["Refresh"], "0 people so far" in waiting.text) == ("2", True)
    assert desk.send(f"{page}/download").status_code == 409
    run_jobs(app)
    ready = desk.get(page)
    assert "Refresh" not in ready.headers
    assert "The file is ready" in ready.text
    [mail] = [each for each in smtp.messages if each.content["Subject"] == "Your export is ready"]
    assert mail.recipients == (OPERATOR,)
    assert page in mail.text()
    assert ADA not in mail.raw.decode()
    assert [row["email"] for row in read_csv(desk.send(f"{page}/download").data)] == [ADA, BOB]
    assert [action for _who, action, _what in trail(app)][-2:] == [
        "subscribers.exported",
        "export.downloaded",
    ]


def test_few_among_many_are_left_to_the_background_too(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request may not read everybody to find them."""
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    page = _ask(desk, topic="law").location
    run_jobs(app)
    assert [row["email"] for row in read_csv(desk.send(f"{page}/download").data)] == [BOB]


def test_a_spreadsheet_opens_with_what_was_chosen(desk: Desk) -> None:
    answer = _ask(desk, format="xlsx", status="all", columns=["email", "status", "name"])
    assert str(answer.mimetype).endswith("spreadsheetml.sheet")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    assert list(sheet.values) == [
        ("email", "status", "name"),
        (ADA, "active", "Ada Lovelace"),
        (BOB, "active", ""),
        ("pending@example.org", "pending", ""),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": " "}, "Please fill this in."),
        ({"purpose": "x" * 201}, "longer than 200"),
        ({"status": "ended"}, "Not a valid choice."),
        ({"topic": "industry"}, "Not a valid choice."),
        ({"columns": ["password"]}, "is not a valid choice"),
        ({"columns": []}, "Please fill this in."),
        ({"format": "pdf"}, "Not a valid choice."),
    ],
)
def test_what_can_not_be_exported_is_said_beside_its_field_and_is_not_on_record(
    app: Flask, desk: Desk, wrong: dict[str, Any], said: str
) -> None:
    before = trail(app)
    answer = _ask(desk, **wrong)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert (trail(app), rows_of(app, "exports")) == (before, [])


def test_more_people_than_a_sheet_has_rows_are_refused_beforehand(
    app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_ROWS", 2)
    answer = _ask(desk, format="xlsx")
    assert (answer.status_code, "export as CSV" in answer.text) == (422, True)
    assert rows_of(app, "exports") == []


def test_a_file_can_be_deleted_at_once_and_its_record_stays(app: Flask, desk: Desk) -> None:
    _ask(desk)
    page = f"{PAGE}s/{rows_of(app, 'exports')[0]['reference']}"
    assert desk.send(f"{page}/delete").status_code == 302
    assert desk.send(f"{page}/download").status_code == 409
    run_jobs(app)
    assert rows_of(app, "export_contents") == []
    assert "The May issue" in desk.get(page).text
    assert trail(app)[-1][1] == "export.deleted"


def test_an_export_of_another_newsletter_is_not_found_in_this_one(app: Flask, desk: Desk) -> None:
    """MG8."""
    _ask(desk)
    reference = rows_of(app, "exports")[0]["reference"]
    make_operator(app, "other@example.org", None, {"noise": Role.EDITOR})
    other = desk_of(app, "other@example.org")
    for page in (f"/admin/newsletters/noise/exports/{reference}", f"{PAGE}s/{reference}"):
        assert other.get(page).status_code in (403, 404)
        assert other.send(f"{page}/download").status_code in (403, 404)
        assert other.send(f"{page}/departures").status_code in (403, 404)
