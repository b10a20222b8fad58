"""The local mailbox: a real SMTP listener on loopback for when no mail server is set.

It keeps messages in a Maildir in the data folder. Each file's name ends in a keyed hash of its
recipient, so that an erasure finds a person's messages without reading any.
"""

import hashlib
import hmac
import os
import secrets
import time
from asyncio.base_events import Server
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, current_app

from subscriptions.core.addresses import address_key
from subscriptions.mail.message import envelope_address

MAX_MESSAGE = 1_000_000
FOLDERS = ("cur", "new", "tmp")
URL = "assent_local_mailbox_url"


@dataclass(frozen=True)
class LocalMailbox:
    """A Maildir that can find and forget a recipient by a keyed hash."""

    folder: Path
    key: bytes

    def keep(self, recipient: str, content: bytes) -> None:
        """Store one message, whole or not at all."""
        for name in FOLDERS:
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns()}.{secrets.token_hex(6)}.{self._hash(recipient)}"
        draft = self.folder / "tmp" / name
        draft.write_bytes(content)
        draft.rename(self.folder / "new" / name)

    def names(self) -> list[str]:
        """The names of all messages, newest first."""
        found = (path.name for part in ("new", "cur") for path in self._files(part))
        return sorted(found, reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        """The message of this name, parsed, or None if there is none."""
        if name not in self.names():
            return None
        for part in ("new", "cur"):
            path = self.folder / part / name
            if path.exists():
                return message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
        return None

    def forget(self, recipient: str) -> int:
        """Overwrite and remove all messages to this recipient; return how many there were."""
        wanted = self._hash(recipient)
        paths = [path for part in FOLDERS for path in self._files(part) if wanted in path.name]
        for path in paths:
            _shred(path)
        return len(paths)

    def _files(self, part: str) -> list[Path]:
        folder = self.folder / part
        return list(folder.iterdir()) if folder.is_dir() else []

    def _hash(self, recipient: str) -> str:
        return hmac.digest(self.key, address_key(recipient).encode(), hashlib.sha256).hex()[:32]


class Listener:
    """The SMTP side: accepts mail on a free loopback port and keeps it in the mailbox."""

    def __init__(self, mailbox: LocalMailbox) -> None:
        self._mailbox = mailbox
        self._controller: Controller = _LoopbackController(
            self, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, data_size_limit=MAX_MESSAGE
        )

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message for each recipient (called by aiosmtpd)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            self._mailbox.keep(recipient, content)
        return "250 kept in the local mailbox"

    def start(self) -> str:
        """Begin to listen in a thread of its own; return the smtp:// URL."""
        self._controller.start()
        return f"smtp://{self._controller.hostname}:{self._controller.port}"

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()


class _LoopbackController(Controller):
    def _trigger_server(self) -> None:
        # The base class would dial the port it was given, which is 0 for "any free one".
        if isinstance(self.server, Server):
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def current_mailbox() -> LocalMailbox:
    """The local mailbox of the current application."""
    mailbox: LocalMailbox = current_app.extensions["assent_mailbox"]
    return mailbox


def start_local_mailbox(app: Flask) -> Listener:
    """Begin to take mail for ``app`` on a free loopback port; whoever sends mail calls this."""
    listener = Listener(app.extensions["assent_mailbox"])
    app.extensions[URL] = listener.start()
    return listener


def local_url() -> str:
    """Where this process's listener listens, as an smtp:// URL."""
    url: str = current_app.extensions[URL]
    return url


def forget_recipient(address: str) -> int:
    """Remove what the local mailbox holds for this address, where there is one."""
    if not current_app.extensions["assent_settings"].uses_local_mailbox:
        return 0
    return current_mailbox().forget(envelope_address(address))


def _shred(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
