"""``flask import subscribers``."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.support.applications import run_jobs
from tests.support.imports import addresses, csv_of
from tests.support.visits import ADA, open_newsletter, rows_of, sizes

CONSENTED = ("--consented", "paper", "--evidence", "List 7", "--consented-on", "2024-05-01")


@pytest.fixture
def file(app: Flask, tmp_path: Path) -> Path:
    open_newsletter(app)
    path = tmp_path / "list.csv"
    path.write_bytes(csv_of("Mail,Who", f"{ADA},Ada", "nobody,"))
    return path


def _run(runner: FlaskCliRunner, file: Path, *words: str) -> tuple[int, str, str]:
    command = ["import", "subscribers", str(file), "--newsletter", "news", *words]
    result = runner.invoke(args=command)
    return result.exit_code, result.stdout, result.stderr


def test_it_imports_says_what_came_of_it_and_writes_what_was_left_out(
    app: Flask, runner: FlaskCliRunner, file: Path, tmp_path: Path
) -> None:
    rest = tmp_path / "rest.csv"
    words = (*CONSENTED, "--column", "name=Who", "--left-out", str(rest))
    assert _run(runner, file, *words) == (0, "", "taken: 1\nno_address: 1\n")
    assert rest.read_text().splitlines() == ["row,reason,address", "3,no e-mail address,"]
    assert addresses(app) == [ADA]
    assert rows_of(app, "profiles")[0]["name"] == "Ada"
    entries = {entry["action"]: entry["details"] for entry in rows_of(app, "audit_entries")}
    assert entries["import.started"]["how"] == "paper"


def test_a_dry_run_says_it_of_each_row_and_leaves_nothing(
    app: Flask, runner: FlaskCliRunner, file: Path
) -> None:
    before = sizes(app)
    code, out, _err = _run(runner, file, "--invite", "--dry-run")
    assert (code, out) == (0, "2\ttaken\tA…@e….org\n3\tno_address\t\n")
    after = sizes(app)
    assert after.pop("imports") == 1
    assert after == before


def test_an_invitation_is_left_to_the_worker(
    app: Flask, runner: FlaskCliRunner, file: Path
) -> None:
    code, out, _err = _run(runner, file, "--invite", "--per-minute", "5")
    assert (code, "the worker invites 5 a minute" in out) == (0, True)
    run_jobs(app)
    assert [row["status"] for row in rows_of(app, "subscriptions")] == ["pending"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "say either --invite or --consented HOW"),
        (("--invite", *CONSENTED), 2, "say either --invite or --consented HOW"),
        (("--consented", "paper"), 1, "how people have agreed"),
        ((*CONSENTED, "--column", "name=Nowhere"), 1, "the file has no column 'Nowhere'"),
        ((*CONSENTED, "--column", "shoe_size=Who"), 1, "A column can't be “shoe_size”"),
    ],
)
def test_what_can_not_be_is_said_and_nothing_is_kept(
    app: Flask, runner: FlaskCliRunner, file: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = _run(runner, file, *words)
    assert (result[0], said in result[2]) == (code, True), result
    assert addresses(app) == []
    assert "import_pieces" not in sizes(app)


def test_a_bad_file_is_refused(app: Flask, runner: FlaskCliRunner, file: Path) -> None:
    file.write_bytes(b"\x00\x01\x02\x03\x04")
    code, _out, err = _run(runner, file, "--invite")
    assert (code, "This is no text file" in err) == (1, True)
    assert "imports" not in sizes(app)
