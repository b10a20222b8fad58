"""Keeps the processes of one service together: they end with their parent, and only by it.

A terminal sends Ctrl-C to every process of the group; here only the parent heeds it and stops the
others in order. And if the parent is killed, nothing of it must go on holding the port.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Leash:
    """A pipe whose writing end nobody but this process holds: who reads it sees when we end."""

    def __init__(self) -> None:
        self.end, self._held = os.pipe()

    def hold_forks(self) -> None:
        """From now on every fork of this process is deaf to Ctrl-C and ends when we do."""
        os.register_at_fork(
            before=_block_interrupt,
            after_in_parent=_unblock_interrupt,
            after_in_child=self._follow,
        )

    def _follow(self) -> None:
        os.close(self._held)
        # Until it has set its own, a fork would run its parent's handler, which only takes note.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        threading.Thread(target=stop_at_end_of, args=(self.end,), daemon=True).start()


def stop_at_end_of(leash: int) -> None:
    """Wait until the holder of the other end is gone, then end this process in good order."""
    os.read(leash, 1)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def deaf_to_interrupt() -> Iterator[None]:
    """A program started inside the block never sees Ctrl-C."""
    _block_interrupt()
    try:
        yield
    finally:
        _unblock_interrupt()


def _block_interrupt() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _unblock_interrupt() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
