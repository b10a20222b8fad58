"""The unit of work: whole or not at all, and what follows happens only after the commit."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy.exc import StatementError

from subscriptions.core.transactions import after_commit, current_session, unit_of_work
from subscriptions.privacy.models import ClauseRun
from tests.support.visits import rows_of

MOMENT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)


def _run(clause: str, at: datetime = MOMENT) -> ClauseRun:
    return ClauseRun(clause=clause, day=at.date(), ran_at=at)


def _clauses(app: Flask) -> list[str]:
    return [row["clause"] for row in rows_of(app, "clause_runs")]


def test_what_is_written_is_kept_at_the_end(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        session.add(_run("one"))
    assert _clauses(app) == ["one"]


def _break_off(clause: str, callback: Callable[[], None]) -> None:
    with unit_of_work() as session:
        session.add(_run(clause))
        session.flush()
        after_commit(session, callback)
        raise KeyError


def test_an_error_takes_everything_back(app: Flask) -> None:
    with app.app_context(), pytest.raises(KeyError):
        _break_off("one", lambda: None)
    assert _clauses(app) == []


def test_what_follows_runs_once_and_only_after_the_commit(app: Flask) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append([run.clause for run in current_session().query(ClauseRun)])

    with app.app_context():
        with unit_of_work() as session:
            session.add(_run("one"))
            after_commit(session, look)
            after_commit(session, look)
            assert seen == []
        assert seen == [["one"]]
        with unit_of_work():
            pass
    assert len(seen) == 1


def test_what_follows_does_not_run_after_an_error_nor_in_the_next_unit(app: Flask) -> None:
    seen: list[int] = []
    with app.app_context():
        with pytest.raises(KeyError):
            _break_off("one", lambda: seen.append(1))
        with unit_of_work():
            pass
    assert seen == []


def test_a_read_before_it_does_no_harm(app: Flask) -> None:
    with app.app_context():
        assert current_session().query(ClauseRun).all() == []
        with unit_of_work() as session:
            session.add(_run("one"))
    assert _clauses(app) == ["one"]


def test_a_write_outside_of_it_is_a_mistake(app: Flask) -> None:
    with app.app_context():
        current_session().add(_run("one"))
        with pytest.raises(RuntimeError, match="outside"), unit_of_work():
            pass
        current_session().rollback()


def test_writers_wait_for_each_other_and_none_is_lost(app: Flask) -> None:
    def write(number: int) -> None:
        with app.app_context(), unit_of_work() as session:
            session.add(_run(f"clause-{number:02}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _clauses(app) == [f"clause-{number:02}" for number in range(20)]


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
def test_a_moment_comes_back_as_the_same_moment_in_utc(app: Flask, hours: float) -> None:
    moment = MOMENT.astimezone(timezone(timedelta(hours=hours)))
    with app.app_context(), unit_of_work() as session:
        session.add(_run("one", moment))
    [row] = rows_of(app, "clause_runs")
    assert row["ran_at"] == moment
    assert row["ran_at"].tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(StatementError, match="zone"), unit_of_work() as session:
        session.add(_run("one", MOMENT.replace(tzinfo=None)))
