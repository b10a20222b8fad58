"""The CSV file itself: RFC 4180, UTF-8, and nothing that a spreadsheet would run."""

import csv
from io import StringIO

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from subscriptions.core.transactions import unit_of_work
from subscriptions.subscribers.models import Profile
from subscriptions.transfer import export
from tests.support.applications import Visitor
from tests.support.exports import export_csv, read_csv
from tests.support.visits import open_newsletter, subscribe

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.fixture(autouse=True)
def _newsletter(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        open_newsletter(request.getfixturevalue("app"))


def _tell(app: Flask, name: str) -> None:
    """Whatever the form may refuse, an import or an older version may have let in."""
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Profile).values(name=name))


@pytest.mark.parametrize("start", STARTS, ids=ascii)
def test_a_formula_is_defused_with_an_apostrophe(app: Flask, client: Visitor, start: str) -> None:
    subscribe(app, client, name="x")
    _tell(app, f"{start}HYPERLINK(1)")
    assert read_csv(export_csv(app))[0]["name"] == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("address", ["=1+1@example.org", "+49@example.org", "-x@example.org"])
def test_an_address_can_be_a_formula_too(app: Flask, client: Visitor, address: str) -> None:
    subscribe(app, client, address)
    assert read_csv(export_csv(app))[0]["email"] == f"'{address}"


@pytest.mark.parametrize(
    "text",
    [
        'Ada "the first" Lovelace',
        "Lovelace, Ada",
        "12 St James's Square\nLondon",
        "one\r\ntwo",
        "one\rtwo",
        '"',
        "Zoë Żółć 張偉 👩‍🔬",
        "a=b+c",
        "'quoted'",
        "; DROP",
        " spaces ",
    ],
)
def test_every_text_comes_back_as_it_was(app: Flask, client: Visitor, text: str) -> None:
    subscribe(app, client, name="x", company="Noise Inc")
    _tell(app, text)
    [row] = read_csv(export_csv(app))
    assert (row["name"], row["company"]) == (text, "Noise Inc")


def test_an_international_address_is_exported_in_unicode(app: Flask, client: Visitor) -> None:
    subscribe(app, client, "jürgen@bücher.example")
    assert "jürgen@bücher.example".encode() in export_csv(app)


def test_lines_end_in_crlf_and_the_last_one_too(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    content = export_csv(app)
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert content.endswith(b"\r\n")
    assert not content.startswith(b"\xef\xbb\xbf")


def test_a_large_file_comes_in_small_pieces(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(app, client, "first@example.org")
    subscribe(app, client, "second@example.org")
    whole = export_csv(app)
    monkeypatch.setattr(export, "CHUNK", 100)
    assert export_csv(app) == whole


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=2))
def test_any_cells_make_one_record_that_reads_back(cells: list[str]) -> None:
    [record] = csv.reader(StringIO(export.csv_line(cells), newline=""), strict=True)
    assert [cell.removeprefix("'") for cell in record] == [
        cell if cell[:1] in export.FORMULA else cell.removeprefix("'") for cell in cells
    ]
    assert not any(cell[:1] in export.FORMULA for cell in record)
