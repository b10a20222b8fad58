"""Files for an import: how they are read, and which are refused in plain words."""

import struct
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask import Flask
from flask_babel import Babel

from subscriptions.newsletters.fields import FIELDS_ALLOWED
from subscriptions.transfer.importing import sheets, xlsx_file
from subscriptions.transfer.importing.columns import suggest
from subscriptions.transfer.importing.refusals import BadFile, FileTooLarge
from subscriptions.transfer.importing.seen import Seen
from subscriptions.transfer.importing.sheets import Sheet, open_sheet
from tests.support.imports import csv_of, xlsx_of

ADA = "ada@example.org"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    made = Flask(__name__)
    Babel(made)
    made.config[FIELDS_ALLOWED] = ("name",)
    with made.test_request_context():
        yield


def _read(content: bytes) -> tuple[Sheet, list[list[str]]]:
    sheet = open_sheet(BytesIO(content))
    return sheet, list(sheet.rows)


def _refusal(content: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        _read(content)
    return str(caught.value.message)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, found: str, delimiter: str) -> None:
    content = csv_of(
        delimiter.join(("email", "name")),
        delimiter.join((ADA, '"Zoë, Ada; x"')),
        encoding=encoding,
    )
    sheet, rows = _read(content)
    assert (sheet.source["encoding"], sheet.source["delimiter"]) == (found, delimiter)
    assert (sheet.names, rows) == (["email", "name"], [[ADA, "Zoë, Ada; x"]])


def test_without_a_header_the_columns_have_numbers() -> None:
    sheet, rows = _read(csv_of(f"Ada,{ADA}", "", "Bob,bob@example.org"))
    assert (sheet.source["header"], sheet.names) == (False, ["Column 1", "Column 2"])
    assert rows == [["Ada", ADA], ["Bob", "bob@example.org"]]


def test_one_column_is_enough() -> None:
    assert _read(csv_of(ADA, "bob@example.org"))[1] == [[ADA], ["bob@example.org"]]


def test_our_own_export_is_understood_by_its_header() -> None:
    names = ["email", "status", "topics", "frequency", "locale", "requested_at", "confirmed_at"]
    assert suggest(["E-Mail", "Sprache"]) | suggest(names) == {
        "email": 0,
        "topics": 2,
        "locale": 4,
        "consented_at": 6,
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no text file"),
        (b"email,name\r\nada@example.org,A\x00da\r\n", "no text file"),
        (b"\xff\xfea\x00\x00\xd8", "no text file"),
        (b"email\r\n\x81\x8d@example.org\r\n", "neither UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (csv_of("email,name", f"{ADA},Ada,Berlin"), "Row 2 has 3 cells"),
        (csv_of("email,name", "a@example.org"), "Row 2 has 1 cells"),
        (csv_of("Name,email,name", f"A,{ADA},B"), "Two columns are called “name”"),
        (csv_of("email", '"ada@example.org'), "can't be read as CSV"),
        (csv_of("email", f'"{"x" * 200_000}"'), "can't be read as CSV"),
        (csv_of("email", "x" * 10_001), "more than 10,000 letters"),
        (csv_of(",".join(f"c{n}" for n in range(101))), "more than 100 columns"),
        (b"PK\x03\x04 and nothing else", "no XLSX workbook"),
        (xlsx_of([]), "empty"),
    ],
)
def test_a_bad_file_is_refused_in_plain_words(content: bytes, said: str) -> None:
    assert said in _refusal(content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, b"<row/>" * (xlsx_file.MAX_UNPACKED // 6 + 1))
    assert len(file.getvalue()) < 1_000_000
    assert "more than 64 MB" in _refusal(file.getvalue())


def test_a_zip_that_lies_about_its_size_unpacks_no_further() -> None:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, bytes(5_000_000))
    lying = file.getvalue().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 10))
    assert "no XLSX workbook" in _refusal(lying)


def test_entities_are_not_expanded() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet><sheetData>&a;</sheetData></worksheet>'
    )
    assert "no XLSX workbook" in _refusal(_with_sheet(bomb))


def test_a_gap_of_a_million_rows_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 1_000)
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'
        b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>x</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    with pytest.raises(FileTooLarge):
        _read(_with_sheet(far))


def test_what_was_met_before_is_known_and_nothing_else() -> None:
    seen = Seen(500)
    assert not any(seen.before(f"{number}@example.org") for number in range(500))
    assert all(seen.before(f"{number}@example.org") for number in range(500))


def _with_sheet(content: bytes) -> bytes:
    """A workbook whose sheet is this XML."""
    source, target = BytesIO(xlsx_of([["email"]])), BytesIO()
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == SHEET else old.read(member))
    return target.getvalue()
