"""``flask backup``: one file, whole, consistent, for its owner alone."""

import json
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask

from subscriptions.config import Settings
from subscriptions.core.tokens import Purpose
from subscriptions.transfer.backup import archive, postgresql_copy, sqlite_copy
from subscriptions.transfer.backup.manifest import VERSION
from tests.support.applications import Visitor
from tests.support.backups import back_up, flask, manifest, members, refused, restore
from tests.support.time_travel import FrozenClock
from tests.support.visits import link_to, open_newsletter, rows_of, sign_up, subscribe

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(app: Flask, client: Visitor, tmp_path: Path) -> Path:
    """Where the backup goes; the store has a newsletter and two people."""
    open_newsletter(app)
    subscribe(app, client, topics=["art"], name="Ada")
    subscribe(app, client, "noise@example.org")
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "assent.tar"


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_backup_says_what_it_is_and_of_each_member_its_size_and_sum(
    app: Flask, file: Path, settings: Settings, clock: FrozenClock
) -> None:
    back_up(app, file)
    said, inside = manifest(file), members(file)
    assert next(iter(inside)) == "manifest.json"
    assert (said["application"], said["format"], said["version"]) == ("assent", 1, VERSION)
    assert said["database"] == ("sqlite" if settings.is_sqlite else "postgresql")
    assert said["made_at"] == clock.now.isoformat().replace("+00:00", "Z")
    del inside["manifest.json"]
    assert {member["name"]: (member["size"], member["sha256"]) for member in said["members"]} == {
        name: (len(body), sha256(body).hexdigest()) for name, body in inside.items()
    }


def test_the_version_is_that_of_the_package() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()


def test_only_its_owner_reads_a_backup_and_nothing_else_is_left(app: Flask, file: Path) -> None:
    back_up(app, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert _names(file.parent) == [file.name]


def test_a_file_that_is_there_is_replaced_only_by_force(app: Flask, file: Path) -> None:
    file.write_text("precious")
    assert "--force" in refused(app, "backup", file)
    assert file.read_text() == "precious"
    back_up(app, file, "--force")
    assert manifest(file)["content"] == "backup"
    assert "something at this place" in refused(app, "backup", file.parent, "--force")


def test_a_backup_that_breaks_leaves_nothing_and_what_was_there(
    app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("precious")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr(archive, "_measure", full)
    assert "No space left on device" in refused(app, "backup", file, "--force")
    assert file.read_text() == "precious"
    assert _names(file.parent) == [file.name]


def test_what_a_killed_backup_left_goes_with_the_next(app: Flask, file: Path) -> None:
    left = file.with_name(f".{file.name}.draft")
    (left / "tables").mkdir(parents=True)
    (left / "tables" / "subscribers.copy").write_text("ada@example.org")
    (left / "database.sqlite").write_text("ada@example.org")
    back_up(app, file)
    assert _names(file.parent) == [file.name]


def test_a_folder_that_is_not_there_is_said_in_one_line(app: Flask, tmp_path: Path) -> None:
    assert "No such file or directory" in refused(app, "backup", tmp_path / "no" / "assent.tar")


def test_the_journal_alone_names_nobody(app: Flask, client: Visitor, file: Path) -> None:
    gone = rows_of(app, "subscriptions")[0]["reference"]
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    back_up(app, file, "--journal-only")
    inside = members(file)
    assert set(inside) == {"manifest.json", "journal.jsonl"}
    lines = [json.loads(line) for line in inside["journal.jsonl"].splitlines()]
    assert [(line["kind"], line["reference"]) for line in lines] == [("erased", gone)]
    assert b"noise@" not in file.read_bytes()


def test_a_backup_is_noted_in_the_audit_trail_and_a_journal_is_not(app: Flask, file: Path) -> None:
    back_up(app, file, "--journal-only")
    assert rows_of(app, "audit_entries", action="backup.made") == []
    back_up(app, file, "--force")
    [entry] = rows_of(app, "audit_entries", action="backup.made")
    assert entry["actor"] == "command line"


def test_keys_from_the_settings_are_not_in_a_backup(app: Flask, file: Path) -> None:
    back_up(app, file)
    assert "secret_keys" not in members(file)


def test_a_backup_made_while_people_sign_up_is_of_one_moment(
    app: Flask, client: Visitor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_copy, "PAGES", 1)
    written, done = Event(), Event()

    def write() -> None:
        visitor, number = Visitor(app), 0
        while not done.is_set():
            number += 1
            sign_up(visitor, f"person-{number}@example.org", topics=["art"])
            if number == 3:
                written.set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert written.wait(10)
        back_up(app, file)
    finally:
        done.set()
        writer.join()
    after = len(rows_of(app, "subscribers"))
    restore(app, file)
    people = {row["id"] for row in rows_of(app, "subscribers")}
    subscriptions = rows_of(app, "subscriptions")
    assert 5 <= len(people) <= after
    assert {row["subscriber_id"] for row in subscriptions} == people
    asked = {row["subscription_id"] for row in rows_of(app, "consent_records", step="requested")}
    assert asked == {row["id"] for row in subscriptions}
    sign_up(client, "after@example.org")
    assert len(rows_of(app, "subscribers")) == len(people) + 1


def test_tables_of_another_version_are_not_backed_up(app: Flask, file: Path) -> None:
    flask(app, "db", "downgrade")
    assert "flask setup" in refused(app, "backup", file)
    assert _names(file.parent) == []


def test_every_table_of_postgresql_is_copied(app: Flask, file: Path, settings: Settings) -> None:
    back_up(app, file)
    if not settings.is_sqlite:
        names = {postgresql_copy.file_of(table["name"]) for table in manifest(file)["tables"]}
        assert names | {"manifest.json"} == set(members(file))
