"""Databases for tests: migrated once, and for each test a copy or one that was emptied."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from tests.support.applications import migrate
from tests.support.postgres import PostgresServer
from tests.support.reuse import Pristine, Reusable

TEMPLATE = "template_assent"


class Databases:
    """Makes fresh databases, empty or migrated. Nothing is started before it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._free: list[Reusable] = []

    @cached_property
    def server(self) -> PostgresServer:
        """The PostgreSQL of this test process."""
        return PostgresServer()

    @contextmanager
    def fresh(self, kind: str, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database of ``kind`` (``sqlite`` or ``postgresql``), then removed."""
        name = f"test_{next(self._numbers)}"
        if kind == "sqlite":
            made = self._fresh_sqlite(name, migrated)
        else:
            made = self._used_postgres(name) if migrated else self._empty_postgres(name)
        with made as url:
            yield url

    def close(self) -> None:
        """Stop what was started."""
        for database in self._free:
            database.close()
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
    def _empty_postgres(self, name: str) -> Iterator[str]:
        yield self.server.create(name, "template0")
        self.server.drop(name)

    @contextmanager
    def _used_postgres(self, name: str) -> Iterator[str]:
        database = self._free.pop() if self._free else self._new_postgres(name)
        yield database.url
        if database.clear():
            self._free.append(database)
        else:
            database.close()
            self.server.drop(database.name)

    def _new_postgres(self, name: str) -> Reusable:
        pristine = self._pristine
        return Reusable(name, self.server.create(name, TEMPLATE), pristine)

    @cached_property
    def _sqlite_template(self) -> Path:
        path = self._folder / "template.sqlite"
        migrate(f"sqlite:///{path}", self._folder / "template-data")
        return path

    @cached_property
    def _pristine(self) -> Pristine:
        self.server.drop(TEMPLATE)
        url = self.server.create(TEMPLATE)
        migrate(url, self._folder / "template-data")
        return Pristine.of(url)
