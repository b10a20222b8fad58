"""The real service: ``flask serve`` and other commands as processes, with their own data."""

import mailbox
import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

from tests.support.launching import Launch, Program
from tests.support.ports import free_port
from tests.support.smtp import parse_message
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 15.0
COMMAND_SECONDS = 60.0


class Service:
    """One installation: a data folder, settings, and the processes that serve it.

    Without ``ASSENT_SMTP_URL`` among the settings, its mail goes to its local mailbox. Its
    processes are forks of one that has imported the service, unless each is started ``anew``.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        *,
        anew: bool = False,
    ) -> None:
        self.data_dir = folder / "var"
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self._folder = folder
        self._settings = dict(settings or {})
        self._anew = anew
        self._process: Program | None = None

    def start(self, *command: str) -> None:
        """Start ``serve``, or another command, and wait until ``/readyz`` says yes.

        What is left of an earlier start is killed.
        """
        self.spawn(*command)
        wait_until("service that is ready", self._is_ready, START_SECONDS)

    def spawn(self, *command: str) -> None:
        """The same without waiting."""
        self.kill()
        log = self.log_file
        self._process = self._launch(command or ("serve",), self._environment(), log, log)

    def stop(self) -> int:
        """End it as Ctrl-C in a terminal does, and return its exit code; no process is left."""
        process = self._running()
        os.killpg(process.pid, signal.SIGINT)
        try:
            return process.wait(STOP_SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill every one of its processes at once, with no chance to tidy up."""
        if self._process is None:
            return
        _kill(self._process)
        self._process = None

    def flask(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run ``flask --app app WORDS`` on this installation to its end, with these settings."""
        with tempfile.TemporaryDirectory() as folder:
            output, errors = Path(folder, "output"), Path(folder, "errors")
            process = self._launch(words, self._environment() | settings, output, errors)
            try:
                code = process.wait(COMMAND_SECONDS)
            finally:
                _kill(process)
            return subprocess.CompletedProcess(words, code, output.read_text(), errors.read_text())

    @property
    def database_url(self) -> str:
        """Where it keeps its tables, for SQLAlchemy."""
        configured = self._settings.get("ASSENT_DATABASE_URL", "")
        if configured:
            return configured.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.data_dir / 'assent.sqlite'}"

    @property
    def pid(self) -> int:
        """The id of the process that was started, which leads the group of all of them."""
        return self._running().pid

    @property
    def log_file(self) -> Path:
        """Where all that the server prints is kept."""
        return self._folder / "service.log"

    @property
    def log(self) -> str:
        """All that the server has printed."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def mails(self, recipient: str | None = None) -> list[EmailMessage]:
        """The local mailbox, oldest first; only the mails to ``recipient`` if one is given."""
        folder = self.data_dir / "mailbox"
        if not all((folder / part).is_dir() for part in ("cur", "new", "tmp")):
            return []
        box = mailbox.Maildir(folder, create=False)
        found = [parse_message(box.get_bytes(key)) for key in sorted(box.keys())]
        return [mail for mail in found if recipient is None or recipient in str(mail["To"])]

    def wait_for_mail(self, recipient: str, count: int = 1, seconds: float = 15.0) -> EmailMessage:
        """The newest mail to ``recipient`` in the local mailbox, once there are ``count``."""
        return (
            wait_until(
                f"mail number {count}",
                lambda: mails[-1] if len(mails := self.mails(recipient)) >= count else None,
                seconds,
            )
            or EmailMessage()
        )

    def _launch(
        self, words: tuple[str, ...], environment: dict[str, str], output: Path, errors: Path
    ) -> Program:
        launch = Launch(words, self._folder, environment, output, errors)
        return launch.anew() if self._anew else launch.forked()

    def _environment(self) -> dict[str, str]:
        """The test run's own settings and the developer's ``.env`` stay outside."""
        outside = {name: value for name, value in os.environ.items() if "ASSENT_" not in name}
        own = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "FLASK_SKIP_DOTENV": "1",
            "ASSENT_DATA_DIR": str(self.data_dir),
            "ASSENT_PORT": str(self.port),
            "ASSENT_BASE_URL": self.url,
            "ASSENT_SIGNUP_LIMIT": "off",
        }
        return outside | own | self._settings

    def _is_ready(self) -> bool:
        if self._running().poll() is not None:
            raise RuntimeError(f"the service ended at once:\n{self.log[-4000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _running(self) -> Program:
        if self._process is None:
            raise RuntimeError("the service was not started")
        return self._process


def _kill(process: Program) -> None:
    """Kill it and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
