"""What ``flask restore`` refuses: files that are not whole or not ours, and to forget who left."""

import io
import tarfile
from pathlib import Path

import pytest
from flask import Flask

from subscriptions.config import Settings
from subscriptions.core.occupancy import occupy
from subscriptions.core.tokens import Purpose
from subscriptions.transfer.backup import archive
from tests.support.applications import Visitor
from tests.support.backups import (
    back_up,
    change_lineage,
    flask,
    manifest,
    members,
    refused,
    restore,
    rewrite,
    spoil,
    write_tar,
)
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, dump, link_to, open_newsletter, rows_of, subscribe


@pytest.fixture
def file(app: Flask, client: Visitor, tmp_path: Path, clock: FrozenClock) -> Path:
    """A backup of before Ada left."""
    open_newsletter(app)
    subscribe(app, client)
    subscribe(app, client, "noise@example.org")
    made = back_up(app, tmp_path / "assent.tar")
    clock.advance(hours=1)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    return made


@pytest.fixture
def unchanged(app: Flask, file: Path, settings: Settings) -> "_Unchanged":
    """Refuses, and then looks whether anything was changed."""
    return _Unchanged(app, file, settings)


class _Unchanged:
    def __init__(self, app: Flask, file: Path, settings: Settings) -> None:
        self._app, self._file, self._settings = app, file, settings
        self._before = dump(app)
        self._names = sorted(path.name for path in settings.data_dir.iterdir())

    def refused(self, *words: str | Path) -> str:
        said = refused(self._app, "restore", self._file, *words)
        assert dump(self._app) == self._before
        names = {path.name for path in self._settings.data_dir.iterdir()} - {"in-use.lock"}
        assert names <= set(self._names)
        return said


@pytest.mark.parametrize("where", [0.0, 0.5, 0.999])
def test_one_bit_that_was_turned_over_is_noticed(
    unchanged: _Unchanged, file: Path, where: float
) -> None:
    spoil(file, where)
    assert "damaged or cut short" in unchanged.refused()


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_noticed(
    unchanged: _Unchanged, file: Path, kept: float
) -> None:
    content = file.read_bytes().rstrip(b"\0")  # nobody misses the filling at the end
    file.write_bytes(content[: int(len(content) * kept)])
    assert "Nothing was changed" in unchanged.refused()


@pytest.mark.parametrize(
    "content", [b"", b"nothing of ours" * 1000, b"SQLite format 3\0" + bytes(4096)]
)
def test_a_file_of_something_else_is_refused(
    unchanged: _Unchanged, file: Path, content: bytes
) -> None:
    file.write_bytes(content)
    assert "not a backup of this service" in unchanged.refused()


def test_a_tar_of_something_else_is_refused(unchanged: _Unchanged, file: Path) -> None:
    write_tar(file, {"letter.txt": b"hello"})
    assert "not a backup of this service" in unchanged.refused()
    write_tar(file, {"manifest.json": b"{}"})
    assert "not a backup of this service" in unchanged.refused()
    write_tar(file, {"manifest.json": b"[" * 1_000_001})
    assert "not a backup of this service" in unchanged.refused()


def test_a_backup_of_another_application_is_refused(unchanged: _Unchanged, file: Path) -> None:
    rewrite(file, application="dissent")
    assert "not a backup of this service" in unchanged.refused()


def test_a_backup_of_a_newer_version_is_refused_by_its_name(
    unchanged: _Unchanged, file: Path
) -> None:
    rewrite(file, revision="9999", version="9.9.9")
    assert "version 9.9.9" in unchanged.refused()
    rewrite(file, format=2, shape="another", version="8.8.8")
    assert "version 8.8.8" in unchanged.refused()


def test_a_backup_of_the_other_kind_of_database_is_refused(
    unchanged: _Unchanged, file: Path, settings: Settings
) -> None:
    ours, theirs = ("sqlite", "postgresql") if settings.is_sqlite else ("postgresql", "sqlite")
    rewrite(file, database=theirs)
    assert f"of {theirs}, this installation runs on {ours}" in unchanged.refused()


@pytest.mark.parametrize("name", ["../var/secret_keys", "/etc/passwd", "tables/../x.copy", "more"])
def test_a_member_of_an_odd_name_is_refused(unchanged: _Unchanged, file: Path, name: str) -> None:
    said = manifest(file)["members"]
    said[-1]["name"] = name
    inside = members(file)
    inside[name] = inside.pop(list(inside)[-1])
    rewrite(write_tar(file, inside), members=said)
    assert "damaged or cut short" in unchanged.refused()


def test_a_member_too_many_or_too_few_is_refused(unchanged: _Unchanged, file: Path) -> None:
    inside = members(file)
    write_tar(file, inside | {"secret_keys": b"mine"})
    assert "damaged or cut short" in unchanged.refused()
    inside.popitem()
    write_tar(file, inside)
    assert "damaged or cut short" in unchanged.refused()


def test_a_member_that_is_a_link_is_refused(unchanged: _Unchanged, file: Path) -> None:
    inside = members(file)
    last, body = inside.popitem()
    with tarfile.open(file, "w") as tar:
        for name, content in inside.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo(last)
        link.type, link.linkname, link.size = tarfile.SYMTYPE, "/etc/passwd", len(body)
        tar.addfile(link, io.BytesIO(body))
    assert "damaged or cut short" in unchanged.refused()


def test_nothing_is_restored_while_somebody_uses_the_store(
    unchanged: _Unchanged, app: Flask, file: Path, settings: Settings
) -> None:
    hold = occupy(settings.database, settings.data_dir, alone=False)
    assert hold is not None
    assert "stop `flask serve` and `flask worker` first" in unchanged.refused()
    assert occupy(settings.database, settings.data_dir, alone=True) is None
    assert "stop `flask serve`" in refused(app, "restore", "--finish")
    hold.release()
    restore(app, file)


def test_a_backup_that_is_older_than_the_journal_reaches_is_refused(
    unchanged: _Unchanged, app: Flask, file: Path, clock: FrozenClock
) -> None:
    clock.advance(days=399, hours=22)
    restore(app, file)
    clock.advance(hours=1)
    assert "older than the journal of erasures reaches (P400D)" in refused(app, "restore", file)
    restore(app, file, "--without-journal")


def test_in_the_place_of_another_installation_a_journal_is_needed(
    app: Flask, file: Path, tmp_path: Path
) -> None:
    journal = back_up(app, tmp_path / "journal.tar", "--journal-only")
    change_lineage(app)
    before = dump(app)
    assert "--journal FILE" in refused(app, "restore", file)
    assert dump(app) == before
    assert "erased again: 1" in restore(app, file, "--journal", journal)
    assert [row["address"] for row in rows_of(app, "subscribers")] == ["noise@example.org"]


def test_whoever_accepts_it_restores_without_a_journal(app: Flask, file: Path) -> None:
    change_lineage(app)
    assert "erased again: 0" in restore(app, file, "--without-journal")
    assert {row["address"] for row in rows_of(app, "subscribers")} == {ADA, "noise@example.org"}


def test_without_journal_still_replays_the_one_that_is_there(app: Flask, file: Path) -> None:
    assert "erased again: 1" in restore(app, file, "--without-journal")


def test_a_journal_must_be_whole_ours_and_newer_than_the_backup(
    unchanged: _Unchanged, app: Flask, file: Path, tmp_path: Path, clock: FrozenClock
) -> None:
    journal = back_up(app, tmp_path / "journal.tar", "--journal-only")
    assert "no journal of this installation" in unchanged.refused("--journal", file)
    early = (clock.now.replace(year=2025)).isoformat()
    rewrite(journal, made_at=early)
    assert "older than the backup" in unchanged.refused("--journal", journal)
    rewrite(journal, made_at=clock.now.isoformat(), lineage="somebody-else")
    assert "no journal of this installation" in unchanged.refused("--journal", journal)
    back_up(app, journal, "--journal-only", "--force")
    spoil(journal, 0.5)
    assert "damaged or cut short" in unchanged.refused("--journal", journal)


def test_a_journal_is_no_backup(app: Flask, tmp_path: Path) -> None:
    journal = back_up(app, tmp_path / "journal.tar", "--journal-only")
    assert "give it with --journal" in refused(app, "restore", journal)


@pytest.mark.parametrize("words", [[], ["FILE", "--finish"], ["no-such-file"]])
def test_bad_usage_is_told_apart(app: Flask, file: Path, words: list[str]) -> None:
    given = [str(file) if word == "FILE" else word for word in words]
    assert flask(app, "restore", *given).exit_code == 2


def test_what_the_checks_read_is_what_is_restored(
    unchanged: _Unchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails after the check is noticed by the second reading, or not at all loaded."""
    monkeypatch.setattr(
        archive.Archive, "verify", lambda *_: (_ for _ in ()).throw(OSError(5, "x"))
    )
    assert "x" in unchanged.refused()
