"""Resolves a name within a time of ours: the resolver of the system has its own, often a long one.

A question without an answer can't be taken back. It is left to its thread, which ends when the
system gives up and keeps no process alive; while too many of them hang, no more are asked.
"""

import socket
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import Any

WITHIN = 5.0  # seconds
MOST = 4  # questions at a time, those included that nobody waits for any more

Addresses = list[tuple[Any, ...]]  # as from socket.getaddrinfo
FREE = BoundedSemaphore(MOST)


class NameTimeout(OSError):
    """There was no answer in time, or too many questions have none yet."""


def resolve(host: str, port: int) -> Addresses:
    """The addresses of a name to connect to by TCP.

    Raises :class:`NameTimeout`, and what :func:`socket.getaddrinfo` raises.
    """
    if not FREE.acquire(blocking=False):
        raise NameTimeout
    answer: Future[Addresses] = Future()
    Thread(target=_ask, args=(answer, host, port), name="resolver", daemon=True).start()
    try:
        return answer.result(WITHIN)
    except TimeoutError:
        raise NameTimeout from None


def _ask(answer: "Future[Addresses]", host: str, port: int) -> None:
    try:
        answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, ValueError) as error:  # the last one: of a name that is none
        answer.set_exception(error)
    finally:
        FREE.release()
