"""The worker: runs jobs, and keeps deleted rows from living on in SQLite's log."""

import fcntl
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from huey.consumer import Consumer
from sqlalchemy import make_url

from subscriptions.cli.leash import stop_at_end_of
from subscriptions.core.jobs import start
from subscriptions.core.sqlite import truncate_log
from subscriptions.core.transactions import unit_of_work
from subscriptions.extensions import db
from subscriptions.mail import outbox
from subscriptions.mail.mailbox import start_local_mailbox
from subscriptions.privacy.retention.running import PURGE
from subscriptions.subscribers.bulk import working as changing_in_bulk
from subscriptions.transfer.exporting import making
from subscriptions.transfer.importing import tasks
from subscriptions.transfer.importing.planning import WORK

THREADS = 2
STDIN = 0
TIDY_EVERY = 2.0  # seconds
BUSY_TIDY_EVERY = 20.0  # while people write all the time; the promise is a minute
STOP_SECONDS = 20


class GracefulConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer, except that SIGTERM too lets it finish the jobs it is running."""

    def _set_signal_handlers(self) -> None:
        self._signal_actions = {signal.SIGINT: (False, True), signal.SIGTERM: (False, True)}
        super()._set_signal_handlers()


def end_with_parent() -> None:
    """End this process in good order when its standard input is closed."""
    threading.Thread(target=stop_at_end_of, args=(STDIN,), daemon=True).start()


def run_worker(app: Flask) -> None:
    """Run jobs until a signal."""
    settings = app.extensions["assent_settings"]
    listener = start_local_mailbox(app) if settings.uses_local_mailbox else None
    stopping = threading.Event()
    with _presence(settings.data_dir / "worker.lock") as alone:
        if alone and settings.is_sqlite:
            _release_leases(app)
        with app.app_context():
            # What was due while no worker ran is due now.
            for job in (outbox.DELIVER, PURGE, WORK, making.WORK):
                start(job)
        if settings.is_sqlite:
            log = Path(f"{make_url(settings.database).database}-wal")
            threading.Thread(target=_tidy, args=(app, log, stopping), daemon=True).start()
        _consumer(app).run()
        stopping.set()
    if listener:
        listener.stop()
    if settings.is_sqlite:
        with app.app_context():
            truncate_log(db.engine)


def _consumer(app: Flask) -> Consumer:
    return GracefulConsumer(
        app.extensions["assent_jobs"],
        workers=THREADS,
        initial_delay=0.05,
        backoff=1.2,
        max_delay=0.5,
        shutdown_timeout=STOP_SECONDS,
    )


@contextmanager
def _presence(path: Path) -> Iterator[bool]:
    """Whether this is the only worker on this data folder; others are told that it is there."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
        yield alone


def _release_leases(app: Flask) -> None:
    # No worker is alive on this machine, so whoever held these leases was killed.
    with app.app_context(), unit_of_work() as session:
        outbox.release_leases(session)
        tasks.release_leases(session)
        making.release_leases(session)
        changing_in_bulk.release_leases(session)


def _tidy(app: Flask, log: Path, stopping: threading.Event) -> None:
    """Empty the write-ahead log as soon as nobody writes, and at the latest after a while."""
    emptied = time.time()
    while not stopping.wait(TIDY_EVERY):
        written = log.stat() if log.exists() else None
        if written is None or written.st_size == 0:
            continue
        now = time.time()
        if now - written.st_mtime >= TIDY_EVERY or now - emptied >= BUSY_TIDY_EVERY:
            with app.app_context():
                truncate_log(db.engine)
            emptied = now
