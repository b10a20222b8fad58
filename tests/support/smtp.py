"""A real SMTP server on loopback whose behaviour a test can switch."""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port

OK = "250 OK"
REFUSED = "550 5.1.1 No such mailbox"
UNWANTED = "554 5.7.1 Looks like spam"
DEFERRED = "451 4.3.0 Try again later"


@dataclass(frozen=True)
class Received:
    """One message as the server took it: the envelope, and the content parsed and raw."""

    sender: str
    recipients: tuple[str, ...]
    content: EmailMessage
    raw: bytes

    def text(self, subtype: str = "plain") -> str:
        """The decoded text of the ``plain`` or the ``html`` part."""
        part = self.content.get_body((subtype,))
        if part is None:
            raise AssertionError(f"the message has no {subtype} part")
        return str(part.get_content())


class SmtpServer:
    """Accepts everything until told otherwise, and keeps what it accepted.

    The behaviours add up until :meth:`reset`.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self._arrival = threading.Condition()
        self._controller: Controller | None = None
        self.reset()

    @property
    def url(self) -> str:
        """What ``ASSENT_SMTP_URL`` is set to."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, if it doesn't yet; after :meth:`stop` on the same port again."""
        if self._controller is None:
            self._controller = Controller(self, "127.0.0.1", self.port, enable_SMTPUTF8=True)
            self._controller.start()

    def stop(self) -> None:
        """Stop listening: connections are then refused."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def reset(self) -> None:
        """Forget all messages and behave well."""
        self.messages: list[Received] = []
        self.attempts = 0
        self._replies: dict[str, str] = {}
        self._reply_to_all: str | None = None
        self._hangs = False
        self._drops = False
        self._loses_reply = False
        self._content_reply: str | None = None

    def refuse(self, *recipients: str, reply: str = REFUSED) -> None:
        """Refuse these recipients for good, or all of them if none is named."""
        self._answer(recipients, reply)

    def refuse_content(self) -> None:
        """Take every recipient, and no message."""
        self._content_reply = UNWANTED

    def defer(self, *recipients: str, reply: str = DEFERRED) -> None:
        """Refuse these recipients for now, or all of them if none is named."""
        self._answer(recipients, reply)

    def hang(self) -> None:
        """Take the connection and the recipient, then say nothing more."""
        self._hangs = True

    def drop(self) -> None:
        """Break the connection when the recipient is named."""
        self._drops = True

    def lose_reply(self) -> None:
        """Keep the message, but break the connection before saying so."""
        self._loses_reply = True

    def wait_for(self, count: int = 1, seconds: float = 10.0) -> list[Received]:
        """The messages, once there are at least ``count`` of them."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.messages) >= count, seconds):
                raise TimeoutError(f"{len(self.messages)} of {count} mails within {seconds:g} s")
            return list(self.messages)

    def to(self, address: str) -> list[Received]:
        """The messages received for ``address``."""
        return [message for message in self.messages if address in message.recipients]

    async def handle_RCPT(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Called by aiosmtpd for each RCPT command."""
        self.attempts += 1
        if self._drops:
            _break_connection(server)
        if self._hangs:
            await asyncio.Event().wait()
        reply = self._replies.get(address, self._reply_to_all)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or OK

    async def handle_DATA(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Called by aiosmtpd when the content is complete."""
        if self._content_reply:
            return self._content_reply
        with self._arrival:
            self.messages.append(_received(envelope))
            self._arrival.notify_all()
        if self._loses_reply:
            _break_connection(server)
        return OK

    def _answer(self, recipients: Iterable[str], reply: str) -> None:
        named = dict.fromkeys(recipients, reply)
        self._replies |= named
        if not named:
            self._reply_to_all = reply


def parse_message(raw: bytes) -> EmailMessage:
    """The message in ``raw``, by the modern policy."""
    return message_from_bytes(raw, policy=policy.default)


def _received(envelope: Envelope) -> Received:
    raw = envelope.content if isinstance(envelope.content, bytes) else b""
    return Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), parse_message(raw), raw)


def _break_connection(server: SMTP) -> None:
    if server.transport is not None:
        cast("asyncio.Transport", server.transport).abort()
