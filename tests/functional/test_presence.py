"""A service holds its store, also when the database forgets who held it."""

import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import click
import psycopg
import pytest

from subscriptions.cli import presence
from subscriptions.cli.presence import presence_in
from subscriptions.config import Settings
from subscriptions.core.occupancy import Hold, occupy
from tests.support.applications import make_settings
from tests.support.databases import Databases
from tests.support.waiting import wait_until

HELD = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"


@pytest.fixture
def on_postgresql(databases: Databases, tmp_path: Path) -> Iterator[Settings]:
    """An installation whose store is on a server that can forget a session."""
    with databases.fresh("postgresql") as url:
        yield make_settings(tmp_path, url)


@pytest.fixture
def ended() -> Iterator[Event]:
    """Set when the process was asked to end."""
    asked = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    yield asked
    signal.signal(signal.SIGTERM, before)


def _ask(settings: Settings, statement: str) -> list[tuple[object, ...]]:
    url = settings.database.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_services_hold_the_store_together_and_a_restore_alone(settings: Settings) -> None:
    with presence_in(settings) as one, presence_in(settings) as other:
        assert one.may_serve
        assert other.may_serve
        assert occupy(settings.database, settings.data_dir, alone=True) is None
    restoring = occupy(settings.database, settings.data_dir, alone=True)
    assert restoring is not None
    with pytest.raises(click.ClickException, match="a restore is at work"), presence_in(settings):
        pass
    restoring.release()
    with presence_in(settings) as again:
        assert again.may_serve


def test_a_hold_that_was_lost_is_taken_again(
    on_postgresql: Settings, monkeypatch: pytest.MonkeyPatch, ended: Event
) -> None:
    monkeypatch.setattr(presence, "ASK_EVERY", 0.05)
    with presence_in(on_postgresql):
        [before] = _ask(on_postgresql, HELD)
        _ask(on_postgresql, f"SELECT pg_terminate_backend({before[0]})")
        wait_until("new hold", lambda: _ask(on_postgresql, HELD) not in ([], [before]))
        assert not ended.is_set()


def test_a_service_whose_hold_a_restore_took_ends(
    on_postgresql: Settings, monkeypatch: pytest.MonkeyPatch, ended: Event
) -> None:
    monkeypatch.setattr(presence, "ASK_EVERY", 0.05)
    restoring: list[Hold | None] = []

    def too_late(database_url: str, data_dir: Path, *, alone: bool) -> Hold | None:
        if held:
            restoring.append(occupy(database_url, data_dir, alone=True))
        return occupy(database_url, data_dir, alone=alone)

    held = False
    monkeypatch.setattr(presence, "occupy", too_late)
    with presence_in(on_postgresql):
        held = True
        [[holder]] = _ask(on_postgresql, HELD)
        _ask(on_postgresql, f"SELECT pg_terminate_backend({holder})")
        assert ended.wait(10)
    for hold in filter(None, restoring):
        hold.release()
