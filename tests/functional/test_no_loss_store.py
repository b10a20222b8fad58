"""A store that is full, locked or gone: 503 and nothing in part, and fine once it is back."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from subscriptions import create_app
from subscriptions.core import sqlite
from subscriptions.core.jobs import create_queue_tables
from subscriptions.core.tokens import Purpose
from subscriptions.extensions import db
from tests.support.applications import Visitor, close, make_settings, migrate, queue_of
from tests.support.postgres import PostgresServer
from tests.support.visits import ADA, dump, link_to, open_newsletter, rows_of, sign_up, subscribe
from tests.support.waiting import wait_until

PATIENCE = 0.5  # seconds, instead of four
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def _assert_unavailable(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Traceback" not in answer.text
    assert "Nothing was saved" in answer.text


@pytest.fixture
def sqlite_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", PATIENCE)
    url = f"sqlite:///{tmp_path / 'assent.sqlite'}"
    migrate(url, tmp_path / "var")
    app = create_app(make_settings(tmp_path / "var", url))
    app.testing = True
    open_newsletter(app)
    yield app
    close(app)


@contextmanager
def _full_disk(app: Flask) -> Iterator[None]:
    """The database file can't grow any more, as on a disk that is full."""
    with app.app_context():
        engine = db.engine
        engine.dispose()

    def limit(connection: sqlite3.Connection, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", limit)
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


def test_a_full_disk_is_said_to_be_one_and_nothing_is_kept_in_part(sqlite_app: Flask) -> None:
    visitor = Visitor(sqlite_app)
    with _full_disk(sqlite_app):
        for number in range(500):
            before = dump(sqlite_app)
            answer = sign_up(visitor, f"{number}@example.org", name="x" * 200)
            if answer.status_code != 303:
                break
        _assert_unavailable(answer)
        assert dump(sqlite_app) == before
        assert visitor.get("/forms/news").status_code == 200
    assert sign_up(visitor, "later@example.org").status_code == 303


def test_a_full_disk_loses_nobody_who_was_answered(sqlite_app: Flask) -> None:
    visitor = Visitor(sqlite_app)
    answered = []
    with _full_disk(sqlite_app):
        for number in range(200):
            address = f"{number}@example.org"
            if sign_up(visitor, address).status_code == 303:
                answered.append(address)
    assert 0 < len(answered) < 200
    assert [row["address"] for row in rows_of(sqlite_app, "subscribers")] == answered
    assert [row["recipient"] for row in rows_of(sqlite_app, "outbox_messages")] == answered


def _locked(path: Path) -> "closing[sqlite3.Connection]":
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return closing(connection)


def test_every_write_on_a_locked_database_is_refused_whole(
    sqlite_app: Flask, tmp_path: Path
) -> None:
    visitor = Visitor(sqlite_app)
    subscribe(sqlite_app, visitor)
    sign_up(visitor, "pending@example.org")
    writes = [
        (link_to(sqlite_app, Purpose.CONFIRM, "pending@example.org"), {}),
        (link_to(sqlite_app, Purpose.UNSUBSCRIBE), ONE_CLICK),
    ]
    before = dump(sqlite_app)
    with _locked(tmp_path / "assent.sqlite"):
        for path, data in writes:
            began = time.monotonic()
            _assert_unavailable(visitor.post(path, data=data))
            assert time.monotonic() - began < PATIENCE + 2
    assert dump(sqlite_app) == before
    for path, data in writes:
        assert visitor.post(path, data=data).status_code == 200


HOLD = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def _held_by_another_process(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.kill()


def test_a_process_that_keeps_the_writers_lock_does_not_keep_us_waiting_for_ever(
    sqlite_app: Flask, tmp_path: Path
) -> None:
    visitor = Visitor(sqlite_app)
    with _held_by_another_process(tmp_path / "assent.sqlite.writer"):
        began = time.monotonic()
        _assert_unavailable(sign_up(visitor))
        assert time.monotonic() - began < PATIENCE + 2
    assert sign_up(visitor).status_code == 303


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


def _halt(server: PostgresServer) -> None:
    server._process.send_signal(signal.SIGINT)
    server._process.wait(10)


def test_a_postgresql_that_goes_and_comes_back(own_server: PostgresServer, tmp_path: Path) -> None:
    url = own_server.create("assent")
    migrate(url, tmp_path / "var")
    app = create_app(make_settings(tmp_path / "var", url))
    create_queue_tables(queue_of(app))
    open_newsletter(app)
    visitor = Visitor(app)
    subscribe(app, visitor)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    before = dump(app)
    _halt(own_server)
    _assert_unavailable(sign_up(visitor, "while-away@example.org"))
    _assert_unavailable(visitor.post(link, data=ONE_CLICK))
    _assert_unavailable(visitor.get("/forms/news"))
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").status_code == 503
    own_server._process = own_server._start()
    wait_until("service that is ready", lambda: visitor.get("/readyz").status_code == 200)
    assert dump(app) == before
    assert sign_up(visitor, "back@example.org").status_code == 303
    assert visitor.post(link, data=ONE_CLICK).status_code == 200
    assert rows_of(app, "subscribers", address_key=ADA.casefold()) == []
    close(app)
