"""A backup in the place of the store refuses to serve until it is cleaned."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from subscriptions import create_app
from subscriptions.config import Settings
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.extensions import db
from subscriptions.transfer.backup import postgresql_copy
from subscriptions.transfer.backup.archive import opened
from subscriptions.transfer.backup.making import database_file
from subscriptions.transfer.backup.mark import copied_at
from subscriptions.transfer.backup.revisions import known_revisions
from subscriptions.web import copies
from tests.support.applications import Visitor, close
from tests.support.backups import back_up, flask, place_by_hand, refused, restore
from tests.support.counting import counting
from tests.support.held import held
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, subscribe

EVERYWHERE = [
    "/",
    "/forms/news",
    "/privacy",
    "/metrics",
    "/admin/",
    "/admin/login",
    "/no/such/page",
]


@pytest.fixture
def copy(app: Flask, client: Visitor, tmp_path: Path, settings: Settings) -> Path:
    """A journal that was kept elsewhere; in the store's place is a backup of before Ada left."""
    open_newsletter(app)
    subscribe(app, client)
    subscribe(app, client, "noise@example.org")
    backup = back_up(app, tmp_path / "assent.tar")
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    journal = back_up(app, tmp_path / "journal.tar", "--journal-only")
    _place(app, backup, settings)
    return journal


def _place(app: Flask, backup: Path, settings: Settings) -> None:
    with app.app_context():
        db.session.remove()
        if settings.is_sqlite:
            db.engine.dispose()
            place_by_hand(backup, database_file(settings))
            return
        with opened(backup, known_revisions()) as archive:
            postgresql_copy.copy_in(db.engine, archive, lambda *_: None)


@pytest.fixture
def visitor(copy: Path, settings: Settings, request: pytest.FixtureRequest) -> Visitor:
    """A visitor of a process that was started on the copy."""
    started = create_app(settings)
    request.addfinalizer(lambda: close(started))  # noqa: PT021 (a yield would hide the type)
    return Visitor(started)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_page_answers_503_in_plain_words(visitor: Visitor, path: str) -> None:
    for answer in (visitor.get(path), visitor.post(path, data={"email": ADA, "consent": "y"})):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        assert "being restored from a backup" in answer.text


def test_readyz_names_the_reason_and_healthz_is_well(visitor: Visitor) -> None:
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "restored backup: run flask restore --finish"}
    assert visitor.get("/healthz").status_code == 200


def test_no_command_works_on_it_and_each_says_what_to_do(app: Flask, copy: Path) -> None:
    for words in (
        ["export", "subscribers", "--newsletter", "news"],
        ["retention", "run"],
        ["backup", "again.tar"],
        ["setup"],
        ["newsletter", "list"],
    ):
        assert "flask --app app restore --finish" in refused(app, *words)


def test_once_finished_it_serves_and_holds_nothing_of_who_has_left(
    app: Flask, visitor: Visitor, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "LOOK_EVERY", 0.0)
    assert visitor.get("/").status_code == 503
    assert "erased again: 1" in restore(app, "--finish", "--journal", copy)
    assert visitor.get("/").status_code == 200
    assert held(app, ADA) == []
    assert len(rows_of(app, "subscribers")) == 1


def test_without_a_journal_it_is_not_finished_unless_that_is_accepted(
    app: Flask, visitor: Visitor
) -> None:
    assert "--without-journal" in refused(app, "restore", "--finish")
    assert visitor.get("/").status_code == 503
    assert flask(app, "restore", "--finish", "--without-journal").exit_code == 0


def test_an_open_gate_costs_nothing(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    with counting(app) as counted:
        assert client.get("/forms/news").status_code == 200
    assert not [line for line in counted.statements if "installations" in line]


def test_a_closed_gate_looks_once_a_while(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def look(database_url: str) -> datetime | None:
        looks.append(database_url)
        return copied_at(database_url)

    monkeypatch.setattr(copies, "copied_at", look)
    monkeypatch.setattr(copies, "LOOK_EVERY", 3600.0)
    for _ in range(5):
        assert visitor.get("/").status_code == 503
    assert len(looks) == 1


def test_a_backup_that_replaces_a_copy_does_not_take_it_for_the_original(
    app: Flask, copy: Path, tmp_path: Path
) -> None:
    """The copy's own journal ends where the copy does."""
    assert "--journal FILE" in refused(app, "restore", tmp_path / "assent.tar")
    restore(app, tmp_path / "assent.tar", "--journal", copy)
    assert held(app, ADA) == []


def test_who_is_erased_stays_in_the_journal_of_the_store_that_was_cleaned(
    app: Flask, copy: Path
) -> None:
    restore(app, "--finish", "--journal", copy)
    assert len(rows_of(app, "erased_references")) == 1
    with app.app_context(), unit_of_work():
        assert "nothing to finish" in restore(app, "--finish")
