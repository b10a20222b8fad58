"""Background jobs on Huey: SQLite beside the database by default, PostgreSQL at scale.

A job's arguments are ids, never an address. Messages are JSON, so that whoever can write to the
queue can't run code by it. Huey drops a task whose worker dies: what must happen is therefore
written in our own tables, and a job only looks there; see :mod:`subscriptions.mail.outbox`.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask, current_app
from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from structlog import get_logger

from subscriptions.core.job_failures import note_job_failure

log = get_logger()
FILE_NAME = "jobs.sqlite"
QUEUE_FAILURES = (sqlite3.Error, psycopg.Error, OSError)


@dataclass(frozen=True)
class Job:
    """A named piece of background work; ``every`` is Huey's crontab, or None if only on demand."""

    name: str
    run: Callable[[], None]
    every: Callable[[Any], bool] | None = None


def bind_jobs(app: Flask, queue: Huey, jobs: Iterable[Job]) -> None:
    """Make the jobs runnable on ``queue``, each in an application context of its own."""
    app.extensions["assent_jobs"] = queue
    app.extensions["assent_job_tasks"] = {job.name: _as_task(app, queue, job) for job in jobs}


def open_queue(database_url: str, sqlite_file: str) -> Huey:
    """The queue that fits the database: PostgreSQL's own, or a SQLite file beside it."""
    options: dict[str, Any] = {
        "results": False,
        "serializer": JsonSerializer(),
        "create_tables": False,
    }
    if database_url.startswith("postgresql"):
        dsn = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresHuey("assent", dsn=dsn, connect_timeout=5, **options)
    # Losing the queue loses nothing, so it need not wait for the disk.
    return SqliteHuey("assent", filename=sqlite_file, fsync=False, **options)


def create_queue_tables(queue: Huey) -> None:
    """Make the queue's tables if they are not there yet."""
    queue.storage.initialize_schema()


def current_queue() -> Huey:
    """The queue of the current application."""
    queue: Huey = current_app.extensions["assent_jobs"]
    return queue


def wake(name: str) -> None:
    """Have the job run soon, unless it waits already: each job does all there is to do.

    Never fails: the work is in our tables, and the job's next scheduled run finds it.
    """
    try:
        waiting = current_queue().storage.enqueued_items()
        if not any(_task_name(name).encode() in bytes(message) for message in waiting):
            start(name)
    except QUEUE_FAILURES:
        log.warning("job_not_queued", job=name, exc_info=True)


def start(name: str) -> None:
    """Queue one run of the job."""
    current_app.extensions["assent_job_tasks"][name]()


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON. What JSON can't say has no place in a job's arguments."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name, data.args, data.kwargs]).encode()

    def _deserialize(self, data: bytes) -> Message:
        task_id, name, args, kwargs = json.loads(data)
        return Message(task_id, name, None, 0, 0, None, tuple(args), kwargs)


def _task_name(job_name: str) -> str:
    return job_name.replace(".", "_")


def _as_task(app: Flask, queue: Huey, job: Job) -> Callable[[], Any]:
    def run() -> None:
        with app.app_context():
            try:
                job.run()
            except Exception as error:
                note_job_failure(job.name, error)
                raise

    name = _task_name(job.name)
    if job.every is None:
        return queue.task(name=name)(run)  # type: ignore[no-any-return]
    return queue.periodic_task(job.every, name=name)(run)  # type: ignore[no-any-return]
