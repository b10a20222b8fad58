"""The real service: ``flask serve`` and other commands as processes, with their own data."""

import mailbox
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

from tests.support.ports import free_port
from tests.support.smtp import parse_message
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 15.0
COMMAND_SECONDS = 60.0


class Service:
    """One installation: a data folder, settings, and the processes that serve it.

    Without ``ASSENT_SMTP_URL`` among the settings, its mail goes to its local mailbox.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str] | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.data_dir = folder / "var"
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self._folder = folder
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str) -> None:
        """Start ``serve``, or another command, and wait until ``/readyz`` says yes.

        What is left of an earlier start is killed.
        """
        self.spawn(*command)
        wait_until("service that is ready", self._is_ready, START_SECONDS)

    def spawn(self, *command: str) -> None:
        """The same without waiting."""
        self.kill()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(command or ("serve",)),
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

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
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def flask(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run ``flask --app app WORDS`` on this installation to its end, with these settings."""
        return subprocess.run(
            self._command(words),
            cwd=self._folder,
            env=self._environment() | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

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

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "flask", "--app", "app", *words]

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

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError("the service was not started")
        return self._process
