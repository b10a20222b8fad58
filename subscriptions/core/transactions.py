"""The edge owns the transaction: a view, a command or a job opens ``unit_of_work()``.

Operations take the session and never commit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from subscriptions.core.sqlite import WRITER

AFTER_COMMIT = "assent_after_commit"
BEFORE_COMMIT = "assent_before_commit"

# What a store that is gone, locked or full raises. Integrity errors are not here: they are bugs.
STORE_FAILURES: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeout)


class Unit(Protocol):
    """What an operation on one of the busiest paths asks of a unit of work; a session has it."""

    @property
    def info(self) -> dict[Any, Any]:
        """What is noted for as long as the unit lasts."""

    def connection(self) -> Connection:
        """The connection that its transaction runs on."""


class _Bare:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.info: dict[Any, Any] = {}

    def connection(self) -> Connection:
        return self._connection


def current_session() -> Session:
    """The session of this application context."""
    session: Session = current_app.extensions["sqlalchemy"].session()
    return session


@contextmanager
def reading() -> Iterator[Connection]:
    """One snapshot to read from, without the session's bookkeeping; for the busiest paths."""
    with current_app.extensions["sqlalchemy"].engine.connect() as connection:
        yield connection


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back whole on any error.

    On SQLite it begins as the only writer. What :func:`before_commit` registered is the last that
    is written; what :func:`after_commit` registered runs once the commit has succeeded, and not
    otherwise.
    """
    session = current_session()
    leave_reading(session)
    session.connection(execution_options={WRITER: True})
    try:
        yield session
        for callback in session.info.pop(BEFORE_COMMIT, ()):
            callback()
        session.commit()
    except BaseException:
        session.info.pop(BEFORE_COMMIT, None)
        session.info.pop(AFTER_COMMIT, None)
        session.rollback()
        raise
    for callback in session.info.pop(AFTER_COMMIT, ()):
        callback()


@contextmanager
def writing() -> Iterator[Unit]:
    """A unit of work without the session's bookkeeping; for the busiest paths."""
    database = current_app.extensions["sqlalchemy"]
    if database.session.registry.has():
        leave_reading(database.session())
    unit = _Bare(database.engine.connect())
    with unit.connection() as connection:
        connection.execution_options(**{WRITER: True})
        with connection.begin():
            yield unit
    for callback in unit.info.pop(AFTER_COMMIT, ()):
        callback()


def before_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run ``callback`` at the end of the present unit of work, when all else was written."""
    session.info.setdefault(BEFORE_COMMIT, []).append(callback)


def after_commit(unit: Unit, callback: Callable[[], None]) -> None:
    """Run ``callback`` when the present unit of work has been committed; once, if asked twice."""
    callbacks = unit.info.setdefault(AFTER_COMMIT, [])
    if callback not in callbacks:
        callbacks.append(callback)


def store_failed(error: BaseException) -> bool:
    """Whether ``error`` means that the store is gone, locked or full."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, STORE_FAILURES)


def leave_reading(session: Session) -> None:
    """End a read that came before: SQLite can't turn its snapshot into a write or clear its log."""
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("a write was begun outside a unit of work")
    if session.in_transaction():
        session.commit()
