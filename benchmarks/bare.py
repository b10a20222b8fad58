"""The ceiling: the rows of a sign-up, written by the least Python that can write them behind Flask.

Nothing is checked, limited, translated or protected by headers, nothing wakes the worker, and only
one form exists; but the store is opened, locked and flushed as the service does it, and the mail's
link is signed. Needs BENCH_DATABASE, the SQLite file of a service that is set up.
"""

import fcntl
import gc
import json
import os
import secrets
import sqlite3
import threading
import time
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from subscriptions.core.flushing import Flusher
from subscriptions.core.sqlite import FIRST_PAUSE, LONGEST_PAUSE, PRAGMAS
from subscriptions.core.tokens import Purpose, Reference, TokenService

SUBSCRIBER = """
    INSERT INTO subscribers (address, address_key, created_at) VALUES (?, ?, ?)
    ON CONFLICT (address_key) DO UPDATE SET address_key = excluded.address_key RETURNING id
"""
SUBSCRIPTION = """
    INSERT INTO subscriptions (reference, epoch, subscriber_id, newsletter_id, form_id, status,
        locale, frequency, requested_at, mailed_at, mails_on, mails)
    VALUES (?, 0, ?, 1, 1, 'pending', 'en', 'every', ?, ?, ?, 1)
    ON CONFLICT (subscriber_id, newsletter_id) DO NOTHING RETURNING id
"""
CONSENT = """
    INSERT INTO consent_records (subscription_id, step, at, source, wording_hash, topics, locale)
    VALUES (?, 'requested', ?, 'form:news', ?, '[]', 'en')
"""
MAIL = """
    INSERT INTO outbox_messages (reference, template, recipient, locale, context, subscriber_id,
        newsletter_id, created_at, due_at, attempts)
    VALUES (?, 'confirm', ?, 'en', ?, ?, 1, ?, ?, 0)
"""
COUNT = """
    INSERT INTO daily_counts (day, newsletter_id, event, took, shard, count)
    VALUES (?, 1, 'requested', 0, 0, 1) ON CONFLICT (day, newsletter_id, event, took, shard)
    DO UPDATE SET count = daily_counts.count + 1
"""


class Store(NamedTuple):
    """A thread's connection, and the open files of the writer lock and of the log."""

    connection: sqlite3.Connection
    lock: int
    log: int


app = Flask(__name__)
_thread = threading.local()
_flusher = Flusher()
_tokens = TokenService([secrets.token_urlsafe(32)])


@app.post("/forms/news")
def sign_up() -> Response:
    """Writes what a sign-up writes and answers as one is answered."""
    store = _opened()
    _wait_for(store.lock)
    try:
        _write(store.connection, request.form["email"])
    finally:
        fcntl.flock(store.lock, fcntl.LOCK_UN)
    _flusher.flush(store.log)
    return redirect("/forms/news/sent", 303)


def _write(connection: sqlite3.Connection, address: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    reference = secrets.token_urlsafe(16)
    context = json.dumps({"confirm_url": _tokens.make(Purpose.CONFIRM, Reference(reference, 0))})
    connection.execute("BEGIN IMMEDIATE")
    run = connection.execute
    (person,) = run(SUBSCRIBER, (address, address, now)).fetchone()
    (created,) = run(SUBSCRIPTION, (reference, person, now, now, now[:10])).fetchone()
    run(CONSENT, (created, now, _wording()))
    run(MAIL, (secrets.token_urlsafe(16), address, context, person, now, now))
    run(COUNT, (now[:10],))
    connection.execute("COMMIT")


def _wording() -> str:
    if not hasattr(_thread, "wording"):
        found = _opened().connection.execute("SELECT wording_hash FROM signup_forms").fetchone()
        _thread.wording = found[0]
    wording: str = _thread.wording
    return wording


def _opened() -> Store:
    if not hasattr(_thread, "store"):
        path = os.environ["BENCH_DATABASE"]
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT 1 FROM newsletters").fetchall()  # which makes the log
        files = (
            os.open(f"{path}{end}", os.O_RDWR | os.O_CREAT, 0o600) for end in (".writer", "-wal")
        )
        _thread.store = Store(connection, *files)
    store: Store = _thread.store
    return store


def _wait_for(lock: int) -> None:
    pause = FIRST_PAUSE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)
        else:
            return


gc.freeze()
