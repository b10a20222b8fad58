"""The web server, with the worker as a child process."""

import logging
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from subscriptions.cli.leash import Leash, deaf_to_interrupt
from subscriptions.config import Settings
from subscriptions.core.sqlite import truncate_log
from subscriptions.extensions import db
from subscriptions.privacy.policy.in_force import difference, hand_down

# Chosen by measuring; docs/adr has the figures.
WORKERS = 2
THREADS = 2
STOP_SECONDS = 10
READY = ("public/", "preferences/")  # what links in mails and forms lead to


def port_is_free(host: str, port: int) -> bool:
    """Whether this address can be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def run_server(app: Flask, settings: Settings, *, with_worker: bool) -> None:
    """Serve until a signal; then stop the worker and leave no log of deleted rows behind."""
    with app.app_context():
        # A snapshot that stays open would keep the log from ever being truncated, and the
        # children open connections of their own.
        db.session.remove()
        db.engine.dispose()
    hand_down(app)
    leash = Leash()
    leash.hold_forks()
    worker = WorkerProcess(leash)
    if with_worker:
        worker.start()
    try:
        _web(settings).serve(target_loader=load_web)
    finally:
        worker.stop()
        if settings.is_sqlite:
            with app.app_context():
                truncate_log(db.engine)


def load_web(target: str) -> Flask:
    """The application of a web process, as ``module:name``; called in the process itself."""
    module, _, name = target.partition(":")
    app: Flask = getattr(import_module(module), name)
    tell_of_difference(app)
    compile_templates(app)
    return app


def compile_templates(app: Flask) -> None:
    """Have the pages of the public side ready before the first visitor comes.

    Otherwise whoever is first on a page waits for its templates, and all who come at the same
    time wait with them.
    """
    for name in app.jinja_env.list_templates(["html"]):
        if name.startswith(READY):
            app.jinja_env.get_template(name)


def tell_of_difference(app: Flask) -> None:
    """Log one line if the file of the policy is not what this service runs under."""
    if said := difference(app):
        logging.getLogger(__name__).warning(said)


def _web(settings: Settings) -> MPServer:
    return MPServer(
        "app:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
    )


class WorkerProcess:
    """``flask worker`` as a child; started again if it dies, gone when we are."""

    def __init__(self, leash: Leash) -> None:
        self._leash = leash
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Start it, and watch it from a thread."""
        self._spawn()
        self._watcher.start()

    def stop(self) -> None:
        """Ask it to finish what it is doing, and wait for that."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "flask", "--app", "app", "worker", "--with-parent"]
        with deaf_to_interrupt():
            self._process = subprocess.Popen(command, stdin=self._leash.end)  # noqa: S603

    def _watch(self) -> None:
        while self._process is not None:
            self._process.wait()
            if self._stopping.wait(1.0):
                return
            logging.getLogger(__name__).warning("the worker ended and is started again")
            self._spawn()
