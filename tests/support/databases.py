"""Databases for tests: migrated once, copied for each test."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from tests.support.applications import migrate
from tests.support.postgres import PostgresServer

TEMPLATE = "template_assent"


class Databases:
    """Makes fresh databases, empty or migrated. Nothing is started before it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    @cached_property
    def server(self) -> PostgresServer:
        """The PostgreSQL of this test process."""
        return PostgresServer()

    @contextmanager
    def fresh(self, kind: str, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database of ``kind`` (``sqlite`` or ``postgresql``), then removed."""
        make = self._fresh_sqlite if kind == "sqlite" else self._fresh_postgres
        with make(f"test_{next(self._numbers)}", migrated) as url:
            yield url

    def close(self) -> None:
        """Stop what was started."""
        if "server" in self.__dict__:
            self.server.stop()

    @contextmanager
    def _fresh_sqlite(self, name: str, migrated: bool) -> Iterator[str]:
        folder = self._folder / name
        folder.mkdir()
        path = folder / "assent.sqlite"
        if migrated:
            shutil.copyfile(self._sqlite_template, path)
        yield f"sqlite:///{path}"
        shutil.rmtree(folder)

    @contextmanager
    def _fresh_postgres(self, name: str, migrated: bool) -> Iterator[str]:
        template = self._postgres_template if migrated else "template0"
        yield self.server.create(name, template)
        self.server.drop(name)

    @cached_property
    def _sqlite_template(self) -> Path:
        path = self._folder / "template.sqlite"
        migrate(f"sqlite:///{path}", self._folder / "template-data")
        return path

    @cached_property
    def _postgres_template(self) -> str:
        self.server.drop(TEMPLATE)
        migrate(self.server.create(TEMPLATE), self._folder / "template-data")
        return TEMPLATE
