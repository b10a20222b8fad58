"""What a process remembers of the store, so that whoever asks costs no statement."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from sqlalchemy import Connection

from subscriptions.core.transactions import STORE_FAILURES, reading

LOOK_EVERY = 2.0  # seconds

Known = TypeVar("Known")


class Remembered(Generic[Known]):
    """Something that is read again every other second at most; ``first`` is what it is until then.

    Of a store that can't be read it stays as it was when it last could.
    """

    def __init__(self, first: Known, read: Callable[[Connection], Known]) -> None:
        self._known, self._read = first, read
        self._look_at = 0.0

    def current(self) -> Known:
        """What is known. The seconds begin once it was looked: nobody goes on with ``first``."""
        if time.monotonic() >= self._look_at:
            with suppress(*STORE_FAILURES), reading() as connection:
                self._known = self._read(connection)
            self._look_at = time.monotonic() + LOOK_EVERY
        return self._known

    def look_again(self) -> None:
        """Have the next one who asks look into the store."""
        self._look_at = 0.0
