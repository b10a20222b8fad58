"""The admin's import pages, from the upload to the list of what was left out."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from subscriptions.operators.roles import Role
from subscriptions.transfer.importing.sheets import MAX_BYTES
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.imports import WORDING, addresses, csv_of
from tests.support.operators import Desk, desk_of, make_operator, trail
from tests.support.visits import ADA, open_newsletter, rows_of, sign_up, sizes

PAGES = "/admin/newsletters/news/imports"
BOB = "bob@example.org"
GROUNDS = {"mode": "consented", "how": "paper", "evidence": "List 7", "consented_on": "2024-05-01"}


@pytest.fixture
def desk(app: Flask, client: Visitor) -> Desk:
    """The browser of somebody who edits this newsletter."""
    open_newsletter(app)
    sign_up(client, BOB)
    make_operator(app, "op@example.org", None, {"news": Role.EDITOR})
    return desk_of(app, "op@example.org")


def _upload(desk: Desk, content: bytes, **more: Any) -> TestResponse:
    return desk.send(PAGES, file=(BytesIO(content), "list.csv"), **more)


def test_the_whole_way_from_the_upload_to_what_was_left_out(app: Flask, desk: Desk) -> None:
    """MG7, MG9, MP11."""
    sent = _upload(desk, csv_of("E-Mail,Name", f"{ADA},Ada Lovelace", f"{BOB},Bob", "nobody,"))
    page = sent.location
    shown = desk.get(page).text
    assert "3 rows." in shown
    assert ADA in shown
    assert '<option selected value="email">' in shown
    plan = {"column_0": "email", "column_1": "name", "wording": WORDING, **GROUNDS}
    assert desk.send(f"{page}/plan", **plan).status_code == 302
    waiting = desk.get(page)
    assert (waiting.headers["Refresh"], "0 of 3 rows" in waiting.text) == ("2", True)
    run_jobs(app)
    checked = desk.get(page)
    assert "Refresh" not in checked.headers
    assert "This would happen" in checked.text
    assert addresses(app) == [BOB]
    rows = desk.send(f"{page}/row-by-row").text.splitlines()
    assert rows[1:] == [
        "2,taken over,A…@e….org",
        '3,"asked already, not confirmed yet",b…@e….org',
        "4,no e-mail address,",
    ]
    assert desk.send(f"{page}/start").status_code == 302
    run_jobs(app)
    assert "Imported" in desk.get(page).text
    assert addresses(app) == [BOB, ADA]
    assert len(desk.send(f"{page}/left-out").text.splitlines()) == 3
    assert ">1<" in desk.get(PAGES).text.replace("\n", "")
    actions = [action for _who, action, _what in trail(app) if action.startswith("import")]
    assert actions == ["import.uploaded", "import.checked", "import.started", "import.finished"]
    details = str([entry["details"] for entry in rows_of(app, "audit_entries")])
    assert "'how': 'paper'" in details
    assert "@" not in details


def test_what_is_missing_is_said_and_nothing_begins(app: Flask, desk: Desk) -> None:
    page = _upload(desk, csv_of("E-Mail,Name", f"{ADA},Ada")).location
    plan = {"column_0": "email", "wording": WORDING, **GROUNDS}
    for wrong in ({"evidence": ""}, {"column_0": ""}, {"column_1": "email"}, {"how": "hearsay"}):
        answer = desk.send(f"{page}/plan", **(plan | wrong))
        assert (answer.status_code, "There is a problem" in answer.text) == (422, True)
    assert desk.send(f"{page}/start").status_code == 409
    assert rows_of(app, "imports")[0]["state"] == "waiting"


def test_cancelling_erases_the_file(app: Flask, desk: Desk) -> None:
    page = _upload(desk, csv_of("email", ADA)).location
    assert held(app, ADA)
    assert desk.send(f"{page}/cancel").status_code == 302
    run_jobs(app)
    assert held(app, ADA) == []
    assert "Cancelled" in desk.get(page).text


def test_a_bad_file_is_refused_and_nothing_of_it_is_kept(app: Flask, desk: Desk) -> None:
    before = sizes(app)
    ragged = csv_of("email,name", *(f"{n}@example.org,x" for n in range(1_500)), "a@example.org")
    for content, status in ((b"\x00\x01", 422), (b"", 422), (ragged, 422)):
        answer = _upload(desk, content)
        assert (answer.status_code, "The file was not taken" in answer.text) == (status, True)
    assert desk.send(PAGES).status_code == 422
    assert sizes(app) == before


def test_a_gigabyte_is_refused_before_it_is_read(app: Flask, desk: Desk) -> None:
    for length in (MAX_BYTES + 10_000_000, 1_000_000_000):
        answer = desk.post(
            PAGES,
            input_stream=_Unreadable(),
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(length)},
        )
        assert answer.status_code == 413


class _Unreadable(BytesIO):
    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")


def test_nobody_uploads_without_the_role_and_the_token(app: Flask, desk: Desk) -> None:
    file = {"file": (BytesIO(csv_of("email", ADA)), "list.csv")}
    assert desk.post(PAGES, data=file).status_code == 400
    make_operator(app, "viewer@example.org", None, {"news": Role.VIEWER})
    viewer = desk_of(app, "viewer@example.org")
    assert _upload(viewer, csv_of("email", ADA)).status_code == 403
    assert rows_of(app, "imports") == []
