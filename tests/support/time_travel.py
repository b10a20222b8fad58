"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

import time_machine

from subscriptions.core import clock

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class FrozenClock:
    """The time of the whole process: ours, the libraries' and the standard library's.

    The monotonic clock goes on, so that deadlines still pass.
    """

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        """The moment at which the clock stands, in UTC."""
        return clock.now()

    def advance(self, **duration: float) -> datetime:
        """Move forward by a ``timedelta``'s keywords, such as ``days=7, minutes=1``."""
        self._traveller.shift(timedelta(**duration))
        return self.now

    def move_to(self, moment: datetime) -> datetime:
        """Stand at ``moment``, which must be aware."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        self._traveller.move_to(moment)
        return self.now
