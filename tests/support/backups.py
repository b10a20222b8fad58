"""Backups for tests: made and restored through the command line, opened, changed by hand."""

import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import update

from subscriptions.core.transactions import unit_of_work
from subscriptions.transfer.backup.models import Installation

Change = Callable[[dict[str, bytes]], None]


def flask(app: Flask, *words: str | Path) -> Result:
    """Run a command on the application."""
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def back_up(app: Flask, file: Path, *options: str) -> Path:
    """Make a backup, which must succeed."""
    result = flask(app, "backup", file, *options)
    assert result.exit_code == 0, result.output
    return file


def restore(app: Flask, *words: str | Path) -> str:
    """Restore, which must succeed; return what was said."""
    result = flask(app, "restore", *words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(app: Flask, *words: str | Path) -> str:
    """Run a command that must be refused in plain words; return them."""
    result = flask(app, *words)
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("Error: ")
    return result.stderr


def members(file: Path) -> dict[str, bytes]:
    """What is inside a backup, by name."""
    found = {}
    with tarfile.open(file) as tar:
        for entry in tar.getmembers():
            content = tar.extractfile(entry)
            assert content is not None
            found[entry.name] = content.read()
    return found


def manifest(file: Path) -> dict[str, Any]:
    """What a backup says of itself."""
    read: dict[str, Any] = json.loads(members(file)["manifest.json"])
    return read


def rewrite(file: Path, **changes: Any) -> Path:
    """The backup with other values in its manifest."""
    inside = members(file)
    inside["manifest.json"] = json.dumps(json.loads(inside["manifest.json"]) | changes).encode()
    return write_tar(file, inside)


def write_tar(file: Path, inside: dict[str, bytes]) -> Path:
    """A tar of these members, in this order."""
    with tarfile.open(file, "w") as tar:
        for name, content in inside.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return file


def spoil(file: Path, where: float = 0.9) -> Path:
    """Turn one bit over in the content of the largest member."""
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        largest = max(tar.getmembers()[1:], key=lambda entry: entry.size)
    content[largest.offset_data + int(largest.size * where)] ^= 1
    file.write_bytes(content)
    return file


def change_lineage(app: Flask, lineage: str = "somebody-else") -> None:
    """Make the store another installation's."""
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Installation).values(lineage=lineage))


def place_by_hand(file: Path, database: Path) -> None:
    """What an operator in a hurry does with a backup of SQLite."""
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    database.write_bytes(members(file)["database.sqlite"])


def addresses(database: Path) -> set[str]:
    """Who is subscribed in a SQLite file."""
    with closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT address FROM subscribers")}
