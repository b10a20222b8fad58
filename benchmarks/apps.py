"""Two tiny WSGI applications: the floor under every figure, and an imitation of a sign-up.

`imitation` needs BENCH_DATABASE, the path of a SQLite file that `prepare` has made.
"""

import fcntl
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "2")]
TABLES = ("subscribers", "subscriptions", "consents", "outbox")
INSERTS = tuple(f"INSERT INTO {table} VALUES (?, ?)" for table in TABLES)  # noqa: S608 - ours
HASHES = 400  # about the Python work of parsing, checking and rendering: some 0.3 ms

_thread = threading.local()


def constant(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answers without reading or doing anything: what the server itself costs."""
    start_response("200 OK", HEADERS)
    return [b"ok"]


def imitation(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Four inserts in one write transaction behind a file lock, and some Python beside."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    address = parse_qs(environ["wsgi.input"].read(length).decode())["email"][0]
    for _ in range(HASHES):
        sha256(address.encode()).hexdigest()
    connection, lock = _opened()
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        _write(connection, address)
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)
    start_response("303 See Other", HEADERS)
    return [b"ok"]


def prepare(database: Path) -> None:
    """Makes the imitation's tables."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    for table in TABLES:
        connection.execute(f"CREATE TABLE {table} (reference TEXT UNIQUE, address TEXT)")
    connection.close()


def _opened() -> tuple[sqlite3.Connection, int]:
    if not hasattr(_thread, "opened"):
        database = os.environ["BENCH_DATABASE"]
        connection = sqlite3.connect(database, isolation_level=None, timeout=10)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
        _thread.opened = connection, os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT)
    opened: tuple[sqlite3.Connection, int] = _thread.opened
    return opened


def _write(connection: sqlite3.Connection, address: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in INSERTS:
        connection.execute(statement, (secrets.token_urlsafe(16), address))
    connection.execute("COMMIT")
