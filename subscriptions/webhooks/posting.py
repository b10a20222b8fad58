"""One POST over HTTP/1.1: no redirect is followed, no proxy asked, and nothing waits for long.

The name is resolved once, and the address that was looked at is the one that is connected to: a
name that leads elsewhere at the second question leads nowhere.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Any

from subscriptions.webhooks.resolving import resolve
from subscriptions.webhooks.targets import Target, may_connect

STEP = 5.0  # seconds, for connecting and for each piece of the answer
WHOLE = 10.0  # seconds, from the connection to the end of the answer
ANSWER = 4_096  # bytes that are read of it
TRIED = 3  # addresses of one name


class NotDelivered(Exception):
    """The receiver did not take it. ``reason`` is for operators: a status or a kind of error."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> None:
    """Send it; :class:`NotDelivered` unless the answer has a status of 2xx."""
    try:
        with _connected(target) as connection:
            connection.request("POST", target.path, body, {**headers, "Connection": "close"})
            with connection.getresponse() as answer:
                answer.read(ANSWER)
    except (OSError, HTTPException, ValueError) as error:  # the last one: of a name that is none
        raise NotDelivered(type(error).__name__) from None
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"HTTP {answer.status}")


@contextmanager
def _connected(target: Target) -> Iterator[HTTPConnection]:
    kind = HTTPSConnection if target.secure else HTTPConnection
    connection = kind(target.host, target.port)
    connection.sock = channel = _channel_to(target)
    # A receiver that says a byte now and then would pass every time-out of a single step.
    watch = Timer(WHOLE, _hang_up, [channel])
    watch.start()
    try:
        if isinstance(channel, ssl.SSLSocket):
            channel.do_handshake()
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _channel_to(target: Target) -> socket.socket:
    plain = _socket_to(target)
    if not target.secure:
        return plain
    return _tls().wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def _socket_to(target: Target) -> socket.socket:
    """A connection to the first address of the name that takes one."""
    found = resolve(target.host, target.port)
    allowed = [each for each in found if may_connect(str(each[4][0]), secure=target.secure)]
    failed: OSError | NotDelivered = NotDelivered("address not allowed")
    for family, kind, protocol, _name, address in allowed[:TRIED]:
        try:
            return _connect(socket.socket(family, kind, protocol), address)
        except OSError as error:
            failed = error
    raise failed


def _connect(made: socket.socket, address: Any) -> socket.socket:
    made.settimeout(STEP)
    try:
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _hang_up(channel: socket.socket) -> None:
    # Not by the method of a TLS channel, which is not for another thread.
    with suppress(OSError):
        socket.socket.shutdown(channel, socket.SHUT_RDWR)
