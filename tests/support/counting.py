"""What something costs the store, in statements and commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from subscriptions.extensions import db


class Counted:
    """What was sent to the database. A read is ended by a commit too; that one is free."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0
        self._wrote = False

    def on_execute(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Called before each statement."""
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)
            self._wrote |= statement.startswith(("INSERT", "UPDATE", "DELETE"))

    def on_commit(self, _conn: Any) -> None:
        """Called before each commit."""
        self.commits += self._wrote
        self._wrote = False


@contextmanager
def counting(app: Flask) -> Iterator[Counted]:
    """Count what the application sends to the database meanwhile."""
    counted = Counted()

    with app.app_context():
        engine = db.engine
    listeners: list[tuple[str, Callable[..., None]]] = [
        ("before_cursor_execute", counted.on_execute),
        ("commit", counted.on_commit),
    ]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    yield counted
    for name, listener in listeners:
        event.remove(engine, name, listener)
