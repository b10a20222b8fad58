"""Behind the manage link: everything that is held, to look at and to take along."""

import csv
import html
import json
import re
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask

from subscriptions.core.addresses import parse_address
from subscriptions.core.db import Base
from subscriptions.core.personal_data import personal_columns, registry
from subscriptions.core.tokens import Purpose
from subscriptions.subscribers.export_models import ExportContent
from subscriptions.subscribers.import_models import ImportPiece
from subscriptions.subscribers.models import SubscriptionTopic
from tests.support.applications import Visitor
from tests.support.data_requests import record_in
from tests.support.exports import keep_export
from tests.support.imports import csv_of, upload
from tests.support.managing import act, choose_channels, let_policy, manage_path
from tests.support.smtp import SmtpServer
from tests.support.suppressions import plant_entry
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

PROFILE = {
    "name": "=Augusta",
    "company": "Analytical Engines",
    "phone": "+44 20 7946 0000",
    "postal_address": "12 St James's Square\nLondon",
}
OF_MANY = {ImportPiece.__tablename__, ExportContent.__tablename__}
SHEET = re.compile(r'<sheet name="([^"]+)"')


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "noise@example.org", topics=["law"], name="Noise")
    subscribe(app, client, topics=["art"], **PROFILE)
    deliver(app, smtp)


@pytest.fixture
def path(app: Flask, client: Visitor, smtp: SmtpServer) -> str:
    """Ada's fresh link."""
    return manage_path(app, client, smtp)


def _download(client: Visitor, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(f"{path}/data.json").data)
    return found


def test_everything_held_is_on_the_page_with_the_words_that_were_agreed_to(
    app: Flask, client: Visitor, path: str
) -> None:
    """MM2, MP1, MC13, MS5."""
    page = html.unescape(client.get(path).text)
    [wording] = {row["text"] for row in rows_of(app, "wordings") if "news letter" in row["text"]}
    assert page.count(wording) == 2
    for told in (ADA, *PROFILE.values(), "The news letter", "Art", "form:news", "127.0.0.0/24"):
        assert told in page
    assert "Noise" not in page


def test_every_right_has_its_section_and_its_article(client: Visitor, path: str) -> None:
    """MS5: Articles 15 to 18, 20, 21 and 77."""
    page = client.get(path).text
    for article in ("15", "15(3) and 20", "16", "7", "18", "21", "17", "77"):
        assert f"GDPR Article {article}" in page or f"GDPR Articles {article}" in page
    for place in ("see", "take", "correct", "address", "reach", "restrict", "object", "erase"):
        assert f'<h2 id="{place}"' in page
        assert f'href="#{place}"' in page


def test_every_category_of_the_registry_is_named(client: Visitor, path: str) -> None:
    page = html.unescape(client.get(path).text)
    for category in registry.categories.values():
        assert category.description in page


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("what", ["", "/data.json", "/data.csv", "/data.xlsx"])
def test_looking_and_downloading_change_nothing(
    app: Flask, client: Visitor, path: str, method: str, what: str
) -> None:
    before = dump(app)
    answer = client.open(path + what, method=method)
    assert answer.status_code == 200
    assert dump(app) == before
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers


def test_the_copy_has_every_personal_column_that_there_is(
    app: Flask, client: Visitor, path: str
) -> None:
    """MM2, MP5: a column that is added later can't be forgotten."""
    let_policy(app, channels=("mail", "telephone", "post"))
    act(client, path, "address", **{"new-email": "augusta@example.org"})
    choose_channels(app, client, path, "telephone")
    plant_entry(app, ADA)
    client.post("/contact", data={"email": ADA, "message": "Hello"})
    record_in(app, ADA)
    upload(app, csv_of("email", ADA))
    keep_export(app)
    data = _download(client, path)["data"]
    for category, column in personal_columns(Base.metadata):
        if column.table.name == SubscriptionTopic.__tablename__:
            continue  # they are in the rows of their subscriptions, by title
        if column.computed is not None:
            continue  # the database makes it of one that is there
        # Of a list with many people in it there is only their own row.
        name = "row" if column.table.name in OF_MANY else column.name
        assert any(name in row for row in data[category]["entries"]), column


def test_the_json_is_for_machines_and_says_what_it_is(client: Visitor, path: str) -> None:
    answer = client.get(f"{path}/data.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    copy = answer.get_json()
    assert copy["format"] == "assent-personal-data-1"
    assert copy["controller"] == "Example Organisation"
    assert copy["privacy_notice"] == "https://news.example.org/privacy"
    [row] = copy["data"]["subscription"]["entries"]
    assert (row["newsletter"], row["topics"]) == ("The news letter", ["Art"])
    assert datetime.fromisoformat(row["confirmed_at"]).date() == date(2026, 3, 2)
    assert copy["data"]["profile"]["entries"][0]["name"] == "=Augusta"
    assert [row["step"] for row in copy["data"]["consent"]["entries"]] == ["requested", "confirmed"]
    assert "Noise" not in answer.text


def test_the_csv_has_a_line_for_each_value_and_no_formula(client: Visitor, path: str) -> None:
    """MP5."""
    answer = client.get(f"{path}/data.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.csv"'
    rows = list(csv.reader(StringIO(answer.text, newline=""), strict=True))
    assert rows[0] == ["category", "entry", "field", "value"]
    told = {(row[0], row[2]): row[3] for row in rows[1:]}
    assert told["address", "address"] == ADA
    assert told["profile", "name"] == "'=Augusta"
    assert told["profile", "phone"] == "'+44 20 7946 0000"
    assert told["profile", "postal_address"] == PROFILE["postal_address"]
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


def test_the_spreadsheet_has_a_sheet_for_each_category_and_text_alone(
    client: Visitor, path: str
) -> None:
    """MP5."""
    answer = client.get(f"{path}/data.xlsx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.xlsx"'
    with ZipFile(BytesIO(answer.data)) as file:
        book = file.read("xl/workbook.xml").decode()
        texts = file.read("xl/sharedStrings.xml").decode()
        sheets = [file.read(name).decode() for name in file.namelist() if "/sheet" in name]
    assert SHEET.findall(book) == list(registry.categories)
    assert f">{ADA}<" in texts
    assert ">=Augusta<" in texts
    assert not any("<f>" in sheet for sheet in sheets)


def test_there_is_no_other_format(client: Visitor, path: str) -> None:
    assert client.get(f"{path}/data.exe").status_code == 404


def test_it_links_to_the_receipt_of_what_was_confirmed(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    sign_up(client, form="other")
    page = client.get(manage_path(app, client, smtp)).text
    assert page.count("/receipt/") == 1
    link = page.partition('href="https://news.example.org/receipt/')[2].partition('"')[0]
    assert client.get(f"/receipt/{link}").status_code == 200


def test_an_action_that_does_not_exist_does_nothing(app: Flask, client: Visitor, path: str) -> None:
    before = dump(app)
    assert act(client, path, "promote").status_code == 422
    assert client.post(path).status_code == 422
    assert dump(app) == before


def test_the_waiting_mail_is_told_without_the_links_in_it(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    smtp.defer()
    sign_up(client, form="other")
    [row] = _download(client, path)["data"]["mail"]["entries"]
    assert row["recipient"] == parse_address(ADA).display
    assert row["context"]["newsletter_name"] == "The other letter"
    assert link_to(app, Purpose.CONFIRM, newsletter="other") not in json.dumps(row)
