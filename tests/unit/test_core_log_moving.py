"""SQLite's log is moved beside the transactions, and does not grow without end."""

import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from subscriptions.core.batches import leave_to_others
from subscriptions.core.log_moving import (
    HEADER,
    LENGTH_AT,
    LOG_MOVER,
    LONG,
    MOVE_FROM,
    TOO_LONG,
    Log,
    LogMover,
    read_log,
)
from subscriptions.core.sqlite import WRITER, configure_sqlite, engine_options
from tests.support.waiting import wait_until


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}", **engine_options())
    configure_sqlite(made)
    _write(made, "CREATE TABLE things (thing BLOB)")
    yield made
    made.dispose()


def _write(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(**{WRITER: True}) as connection, connection.begin():
        connection.exec_driver_sql(statement)


def _index(tmp_path: Path) -> int:
    return os.open(tmp_path / "a.sqlite-shm", os.O_RDONLY)


def test_a_long_log_is_moved_once_it_is_committed(engine: Engine, tmp_path: Path) -> None:
    index = _index(tmp_path)
    _write(engine, "INSERT INTO things VALUES (zeroblob(800 * 4096))")
    assert 800 < read_log(index).waiting < MOVE_FROM
    _write(engine, "INSERT INTO things VALUES (zeroblob(400 * 4096))")
    wait_until("moved log", lambda: read_log(index).waiting == 0)
    os.close(index)


@pytest.mark.parametrize(("length", "alone"), [(TOO_LONG, True), (TOO_LONG - 1, False)])
def test_only_the_last_of_a_very_long_log_keeps_writers_waiting(
    tmp_path: Path, length: int, *, alone: bool
) -> None:
    """Where people write without a pause it would otherwise grow for ever."""
    index = _index_saying(tmp_path, MOVE_FROM)
    # Another process is at it; much came meanwhile; little is left.
    found = iter([None, Log(length, length - MOVE_FROM), Log(length, length - MOVE_FROM + 1)])
    stopped: list[bool] = []
    mover = LogMover(lambda: next(found), lambda: stopped.append(True))
    mover.look(index)
    wait_until("end of the thread", lambda: "log-mover" not in _threads())
    assert list(found) == []
    assert stopped == [True] * alone
    os.close(index)


def test_who_writes_in_bulk_waits_for_a_long_log_and_nobody_else_does(tmp_path: Path) -> None:
    moving, may_end = threading.Event(), threading.Event()

    def move() -> Log:
        moving.set()
        assert may_end.wait(10)
        return Log(LONG, LONG)

    app = Flask("batches")
    app.extensions[LOG_MOVER] = mover = LogMover(move, lambda: None)

    def work() -> None:
        with app.app_context():
            leave_to_others(0)

    for waiting, waits in ((LONG - 1, False), (LONG, True)):
        index = _index_saying(tmp_path, waiting)
        may_end.clear()
        mover.look(index)
        assert moving.wait(10)
        bulk = threading.Thread(target=work)
        bulk.start()
        bulk.join(0.2 if waits else 10)
        assert bulk.is_alive() is waits
        may_end.set()
        bulk.join(10)
        wait_until("end of the thread", lambda: "log-mover" not in _threads())
        os.close(index)


def _index_saying(tmp_path: Path, length: int) -> int:
    header = bytearray(HEADER)
    struct.pack_into("=I", header, LENGTH_AT, length)
    (tmp_path / "a.sqlite-shm").write_bytes(header)
    return _index(tmp_path)


def _threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}
