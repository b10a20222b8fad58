"""Applications for tests: settings, migration, background jobs, and a clean end."""

from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from huey import Huey
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect
from werkzeug.test import TestResponse

from subscriptions import create_app
from subscriptions.config import Settings
from subscriptions.core.jobs import create_queue_tables
from subscriptions.extensions import db

SECRET_KEY = "a-key-for-tests-only-0123456789-abcdefgh"
BASE_URL = "https://news.example.org"
SENDER = "newsletter@news.example.org"


class Visitor(FlaskClient):
    """Reaches the service under its public address; paths and whole URLs are both fine."""

    public_url = BASE_URL

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make one request."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.public_url)
        return super().open(*args, **kwargs)


class Bytecode(BytecodeCache):
    """The templates that were compiled in this process, for the next application.

    What is kept depends on nothing but the text of the template.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what was compiled before, if its text is still the same."""
        if compiled := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


BYTECODE = Bytecode()
_COMPILED: dict[str, tuple[Dialect, dict[Any, Any]]] = {}


def share_statements(app: Flask) -> None:
    """Let it use the statements that were compiled in this process for this kind of database.

    What is kept depends on nothing but the statement and the dialect, which learns what the server
    can do when it is first connected to.
    """
    with app.app_context():
        engine = db.engine
    if engine.name not in _COMPILED:
        engine.connect().close()
        engine.dispose()
        _COMPILED[engine.name] = engine.dialect, {}
    engine.dialect, compiled = _COMPILED[engine.name]
    engine.update_execution_options(compiled_cache=compiled)


def make_settings(data_dir: Path, database_url: str, **changes: Any) -> Settings:
    """Settings of an installation in the wild, with ``changes``; the environment plays no part.

    None leaves a setting unset.
    """
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "database_url": database_url,
        "secret_keys": SECRET_KEY,
        "base_url": BASE_URL,
        "mail_from": SENDER,
        "organisation": "Example Organisation",
        "postal_address": "1 Example Street, 12345 Exampleton",
        "privacy_contact": "privacy@example.org",
        "signup_limit": "off",
    }
    given = {name: value for name, value in (values | changes).items() if value is not None}
    return Settings.model_validate(given)


def migrate(database_url: str, data_dir: Path) -> None:
    """Bring the database to the newest migration, as ``flask setup`` does."""
    data_dir.mkdir(exist_ok=True)
    app = create_app(make_settings(data_dir, database_url))
    with app.app_context():
        flask_migrate.upgrade()
    create_queue_tables(queue_of(app))
    close(app)


def close(app: Flask) -> None:
    """Give back every connection that the application holds."""
    queue_of(app).storage.close()
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def queue_of(app: Flask) -> Huey:
    """The application's job queue."""
    return app.extensions["assent_jobs"]


def run_jobs(app: Flask) -> int:
    """Run every job that waits, as a worker would, and those they queue; return how many."""
    queue = queue_of(app)
    done = 0
    # Asked for its size first: an empty queue on PostgreSQL is listened to for a while.
    while queue.storage.queue_size() and (task := queue.dequeue()) is not None:
        queue.execute(task)
        done += 1
    return done
