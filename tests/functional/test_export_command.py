"""``flask export subscribers``."""

import errno
import stat
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.cli import exporting
from tests.support.applications import Visitor
from tests.support.exports import CONTRACT, export_csv, read_csv
from tests.support.visits import ADA, open_newsletter, rows_of, sign_up, subscribe

EXPORT = ["export", "subscribers", "--newsletter", "news"]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(autouse=True)
def _people(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client, topics=["art"], name="Łukasz")
    sign_up(client, "pending@example.org", topics=["law"])


def test_the_file_goes_to_standard_output(app: Flask, runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=EXPORT)
    assert (result.exit_code, result.stdout_bytes) == (0, export_csv(app))


def test_status_and_topic_choose_who_is_in_it(app: Flask, runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=[*EXPORT, "--status", "all", "--topic", "law"])
    assert [row["email"] for row in read_csv(result.stdout_bytes)] == ["pending@example.org"]


def test_a_file_is_readable_by_its_owner_alone(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("an older export")
    target.chmod(0o644)
    result = runner.invoke(args=[*EXPORT, "--output", str(target)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_bytes() == export_csv(app)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_failed_export_leaves_what_was_there(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _disk_full(*_wanted: object) -> Iterator[bytes]:
        yield b"email\r\n"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting, "file_while_reading", _disk_full)
    folder = tmp_path / "exports"
    folder.mkdir()
    target = folder / "out.csv"
    target.write_text("an older export")
    result = runner.invoke(args=[*EXPORT, "--output", str(target)])
    assert (result.exit_code, result.stderr) == (1, "Error: file: No space left on device\n")
    assert [path.read_text() for path in folder.iterdir()] == ["an older export"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["export", "subscribers"], 2),
        (["export", "subscribers", "--newsletter", "none"], 1),
        ([*EXPORT, "--topic", "none"], 1),
        ([*EXPORT, "--status", "ended"], 2),
        ([*EXPORT, "--format", "pdf"], 2),
        ([*EXPORT, "--output", "/dev/null"], 2),
        ([*EXPORT, "--output", "/no/such/folder/out.csv"], 1),
    ],
)
def test_what_can_not_be_done_is_said_in_a_line(
    app: Flask, runner: FlaskCliRunner, words: list[str], code: int
) -> None:
    result = runner.invoke(args=words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr
    assert rows_of(app, "audit_entries") == []


def test_an_export_is_in_the_audit_trail(app: Flask, runner: FlaskCliRunner) -> None:
    runner.invoke(args=[*EXPORT, "--topic", "art"])
    [entry] = rows_of(app, "audit_entries")
    assert (entry["actor"], entry["action"]) == ("command line", "subscribers.exported")
    assert entry["object"] == "newsletter news"
    [made] = rows_of(app, "exports")
    chosen = {"format": "csv", "status": "active", "topic": "art"}
    assert entry["details"] == {"export": made["reference"], **chosen}
    assert (made["made_by"], made["state"], made["rows"]) == ("command line", "handed_out", 1)
    assert rows_of(app, "export_contents") == []


def test_a_spreadsheet_holds_the_same_as_text(
    app: Flask, client: Visitor, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    subscribe(app, client, "=1+1@example.org", name="007", phone="+44 20")
    target = tmp_path / "out.xlsx"
    result = runner.invoke(args=[*EXPORT, "--format", "xlsx", "--output", str(target)])
    assert result.exit_code == 0
    header, *people = _cells(target)
    assert header == [*CONTRACT, "name", "company", "phone", "postal_address"]
    assert [(row[0], row[11], row[13]) for row in people] == [
        (ADA, "Łukasz", ""),
        ("=1+1@example.org", "007", "+44 20"),
    ]
    data_dir: Path = app.extensions["assent_settings"].data_dir
    assert list(data_dir.glob(".export-*")) == []


def _cells(path: Path) -> list[list[str]]:
    """The cells of the first sheet, each of which must be text."""
    with ZipFile(path) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (our own file)
    cells = [list(row) for row in sheet.iter(f"{SHEET}row")]
    assert {cell.get("t") for row in cells for cell in row} == {"inlineStr"}
    return [["".join(cell.itertext()) for cell in row] for row in cells]
