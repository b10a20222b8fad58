"""Processes of the service: started as an operator does, or forked from one that has imported it.

To import the service takes a second of the processor, and tests start it more than a hundred times.
What is forked is a process like any other, with its own folder, environment, output and session;
only the start of the interpreter is not repeated. ``tests/functional/test_start_and_stop.py`` has
every process started anew, and so is the worker of each ``flask serve``.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import flask.cli

MOTHER = multiprocessing.get_context("forkserver")
MOTHER.set_forkserver_preload(["subscriptions", __name__])


class Program(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int:
        """Its id, and that of the group of all that it starts."""

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended.

        Raises :class:`subprocess.TimeoutExpired` after ``timeout`` seconds.
        """


@dataclass(frozen=True)
class Launch:
    """``flask --app app WORDS`` in a folder; what it prints is added to the files."""

    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    output: Path
    errors: Path

    def anew(self) -> Program:
        """Start it as an operator does."""
        with self.output.open("ab") as output, self.errors.open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "app", *self.words],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def forked(self) -> Program:
        """Start it from a process that has imported the service."""
        return Forked(self)


class Forked:
    """A process that runs the command line in a fork."""

    def __init__(self, launch: Launch) -> None:
        ready, leader = MOTHER.Pipe(duplex=False)
        with ready:
            with leader:
                self._process = MOTHER.Process(target=_run, args=(launch, leader))
                self._process.start()
            ready.poll(None)  # until it leads a group, which may be killed

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid or 0

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("flask", timeout or 0.0)
        return code


def _run(launch: Launch, leader: Connection) -> None:
    os.setsid()
    leader.close()
    os.chdir(launch.folder)
    os.environ.clear()
    os.environ.update(launch.environment)
    for number, path in enumerate((Path(os.devnull), launch.output, launch.errors)):
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(file, number)
        os.close(file)
    sys.path[:0] = launch.environment["PYTHONPATH"].split(os.pathsep)
    # The web server asks for it, and would not see the default in a child of a fork server.
    multiprocessing.set_start_method("fork", force=True)
    sys.argv = ["flask", "--app", "app", *launch.words]
    flask.cli.main()
