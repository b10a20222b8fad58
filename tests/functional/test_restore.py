"""``flask restore``: everything comes back, except who has left."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from subscriptions.config import Settings
from subscriptions.core.addresses import parse_address
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.enquiries.operations import erase_enquiries_of
from subscriptions.subscribers import replaying
from subscriptions.subscribers.keeping import Keeps
from subscriptions.subscribers.replaying import replay
from subscriptions.transfer.backup import cleaning, postgresql_copy, restoring, sqlite_copy
from tests.support.applications import SECRET_KEY, Visitor, run_jobs
from tests.support.backups import back_up, change_lineage, flask, refused, restore
from tests.support.held import held
from tests.support.suppressions import entries, suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    dump,
    link_to,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)
from tests.support.webhooks import hook_in

NOISE = "noise@example.org"
# They tell of the backup and of the restore themselves.
OWN = {"audit_entries", "installations"}


@pytest.fixture
def file(app: Flask, client: Visitor, tmp_path: Path, clock: FrozenClock) -> Path:
    """A backup of a store with two newsletters and three people."""
    open_newsletter(app)
    open_newsletter(app, "sport")
    subscribe(app, client, topics=["art"], name="Augusta")
    subscribe(app, client, NOISE)
    subscribe(app, client, NOISE, form="sport")
    sign_up(client, "pending@example.org")
    run_jobs(app)
    return back_up(app, tmp_path / "assent.tar")


def _leave(app: Flask, client: Visitor, address: str = ADA, newsletter: str = "news") -> None:
    path = link_to(app, Purpose.UNSUBSCRIBE, address, newsletter)
    assert client.post(path).status_code == 200


def _rest(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    return {name: rows for name, rows in dump(app).items() if name not in OWN}


def _left(app: Flask, settings: Settings) -> set[str]:
    """What a restore must not leave in the folders of the store."""
    folders = {settings.data_dir, Path(settings.database.removeprefix("sqlite:///")).parent}
    names = {path.name for folder in folders if folder.exists() for path in folder.iterdir()}
    return {name for name in names if "journal" in name or "restoring" in name or "draft" in name}


def test_everything_is_as_it_was_when_the_backup_was_made(
    app: Flask, client: Visitor, file: Path, settings: Settings
) -> None:
    before = _rest(app)
    sign_up(client, "later@example.org")
    open_newsletter(app, "later")
    assert _rest(app) != before
    assert "erased again: 0" in restore(app, file)
    assert _rest(app) == before
    assert _left(app, settings) == set()


def test_ids_go_on_where_they_were(app: Flask, client: Visitor, file: Path) -> None:
    restore(app, file)
    open_newsletter(app, "new")
    subscribe(app, client, "new@example.org", form="new")
    assert len({row["id"] for row in rows_of(app, "subscribers")}) == 4


def test_who_left_after_the_backup_is_erased_again_and_others_stay(
    app: Flask, client: Visitor, file: Path, clock: FrozenClock
) -> None:
    clock.advance(hours=1)
    _leave(app, client)
    _leave(app, client, NOISE, "sport")
    journal = rows_of(app, "erased_references")
    clock.advance(days=2)
    assert "erased again: 2" in restore(app, file)
    assert held(app, ADA, "Augusta") == []
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE, "pending@example.org"]
    assert len(rows_of(app, "subscriptions")) == 2
    carried = rows_of(app, "erased_references")
    assert [(row["reference"], row["erased_at"]) for row in carried] == [
        (row["reference"], row["erased_at"]) for row in journal
    ]


@pytest.mark.settings(policy="mail-manager")
def test_no_webhook_is_told_what_is_old(app: Flask, client: Visitor, tmp_path: Path) -> None:
    open_newsletter(app)
    hook = hook_in(app, "https://hooks.example.org/")
    subscribe(app, client)
    file = back_up(app, tmp_path / "assent.tar")
    _leave(app, client)
    assert len(rows_of(app, "webhook_events")) == 2
    assert "erased again: 1" in restore(app, file)
    assert rows_of(app, "webhook_events") == []
    assert [row["reference"] for row in rows_of(app, "webhooks")] == [hook]


def test_an_enquiry_that_was_erased_after_the_backup_is_erased_again(
    app: Flask, client: Visitor, tmp_path: Path, clock: FrozenClock
) -> None:
    assert clock.now
    for address in (ADA, NOISE):
        client.post("/contact", data={"email": address, "message": f"I am {address}."})
    run_jobs(app)
    file = back_up(app, tmp_path / "assent.tar")
    with app.app_context(), unit_of_work() as session:
        erase_enquiries_of(session, parse_address(ADA))
    assert "erased again: 1" in restore(app, file)
    assert held(app, ADA) == []
    assert [row["address"] for row in rows_of(app, "enquiries")] == [NOISE]


def test_who_left_and_came_back_is_not_mistaken(app: Flask, client: Visitor, file: Path) -> None:
    """The subscription that ended goes; the one that was begun anew is younger than the backup."""
    _leave(app, client)
    subscribe(app, client)
    restore(app, file)
    assert ADA not in {row["address"] for row in rows_of(app, "subscribers")}


def test_the_journal_of_before_the_backup_is_carried_over_too(
    app: Flask, client: Visitor, file: Path, tmp_path: Path
) -> None:
    _leave(app, client)
    second = back_up(app, tmp_path / "second.tar")
    _leave(app, client, NOISE)
    restore(app, second)
    restore(app, file)
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE, "pending@example.org"]
    references = [row["reference"] for row in rows_of(app, "erased_references")]
    assert len(references) == len(set(references)) == 2


def test_an_old_unsubscribe_link_of_the_backup_works(
    app: Flask, client: Visitor, file: Path
) -> None:
    path = link_to(app, Purpose.UNSUBSCRIBE, NOISE)
    restore(app, file)
    assert client.post(path).status_code == 200
    assert len(rows_of(app, "subscriptions")) == 3


def test_suppressions_that_are_newer_than_the_backup_are_carried_over(
    app: Flask, file: Path, clock: FrozenClock
) -> None:
    clock.advance(hours=1)
    suppress_in(app)
    suppress_in(app, "other@example.org", newsletter="sport")
    before = entries(app)
    assert "Suppressions carried over: 2" in restore(app, file)
    assert entries(app) == before
    assert held(app, ADA) == []
    restore(app, file)
    assert entries(app) == before


def test_a_newer_suppression_replaces_the_one_of_the_backup(
    app: Flask, file: Path, tmp_path: Path, clock: FrozenClock
) -> None:
    suppress_in(app, "other@example.org")
    second = back_up(app, tmp_path / "second.tar")
    clock.advance(days=3)
    suppress_in(app, "other@example.org")
    restore(app, second)
    [entry] = rows_of(app, "suppressions")
    assert entry["created_at"] == clock.now


def test_a_suppression_of_a_newsletter_that_is_not_there_is_told_of(app: Flask, file: Path) -> None:
    open_newsletter(app, "later")
    suppress_in(app, "other@example.org", newsletter="later")
    result = flask(app, "restore", file)
    assert "Suppressions of newsletters that the backup doesn't have: 1" in result.stderr
    assert entries(app) == []


def test_a_restore_is_noted_in_the_audit_trail(app: Flask, client: Visitor, file: Path) -> None:
    _leave(app, client)
    restore(app, file)
    [entry] = rows_of(app, "audit_entries", action="backup.restored")
    assert entry["details"] == {"erased": 1, "suppressed": 0}


@pytest.mark.parametrize("step", ["_load", "_complete", "remove_mark", "_tidy"])
def test_a_restore_that_breaks_is_finished_later(
    app: Flask,
    client: Visitor,
    file: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    _leave(app, client)
    with monkeypatch.context() as patch:
        patch.setattr(restoring, step, _break)
        assert "power cut" in refused(app, "restore", file)
    again = [file] if step == "_load" else ["--finish"]
    restore(app, *again)
    assert held(app, ADA, "Augusta") == []
    assert NOISE in {row["address"] for row in rows_of(app, "subscribers")}
    assert _left(app, settings) == set()
    assert client.get("/").status_code == 200


def test_a_replay_that_breaks_in_the_middle_goes_on(
    app: Flask, client: Visitor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (ADA, NOISE):
        _leave(app, client, address)
    monkeypatch.setattr(cleaning, "BATCH", 1)
    ends: list[str] = []

    def breaking(session: Session, reference: str, erased_at: datetime, keeps: Keeps) -> bool:
        ends.append(reference)
        if len(ends) == 2:
            raise OSError(5, "power cut")
        return replay(session, reference, erased_at, keeps)

    monkeypatch.setattr(replaying, "replay", breaking)
    assert "power cut" in refused(app, "restore", file)
    assert "erased again: 1" in restore(app, "--finish")
    assert held(app, ADA, "Augusta") == []
    assert len(rows_of(app, "erased_references")) == 2


def test_when_nothing_was_replaced_there_is_nothing_to_finish(
    app: Flask, file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _rest(app)
    monkeypatch.setattr(sqlite_copy, "put_in_place", _break)
    monkeypatch.setattr(postgresql_copy, "_count_on", _break)
    assert "power cut" in refused(app, "restore", file)
    assert _rest(app) == before
    assert "nothing to finish" in restore(app, "--finish")
    assert _left(app, settings) == set()


def test_keys_that_were_generated_come_back_behind_those_that_are_there(
    app: Flask, file: Path, settings: Settings, tmp_path: Path
) -> None:
    own = settings.data_dir / "secret_keys"
    own.write_text(f"{SECRET_KEY}\n")
    made = settings.model_copy(update={"secret_keys": type(settings.secret_keys)("")})
    app.extensions["assent_settings"] = made
    back_up(app, file, "--force")
    restore(app, file)
    assert own.read_text() == f"{SECRET_KEY}\n"
    fresh = "a-fresh-key-of-a-new-machine-0123456789"
    own.write_text(f"{fresh}\n")
    restore(app, file)
    assert own.read_text() == f"{fresh}\n"  # the present store is the original: its keys are newer
    change_lineage(app)  # as on a new machine
    restore(app, file, "--without-journal")
    assert own.read_text() == f"{fresh}\n{SECRET_KEY}\n"
    assert own.stat().st_mode & 0o777 == 0o600


def _break(*_: object, **__: object) -> None:
    raise OSError(5, "power cut")


def test_a_journal_of_days_is_replayed_with_its_own_moments(
    app: Flask, client: Visitor, file: Path, clock: FrozenClock
) -> None:
    clock.advance(days=30)
    _leave(app, client)
    left_at = clock.now
    clock.advance(days=360)
    restore(app, file)
    [row] = rows_of(app, "erased_references")
    assert row["erased_at"] == left_at
    assert clock.now - left_at == timedelta(days=360)
