"""Long work in bounded batches that let everybody else write in between.

Each batch is a transaction. Its size follows the time that the one before took, so that no lock is
held for long whatever the machine is worth; after it, the others get as long as it took.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy.orm import Session

from subscriptions.core.log_moving import LOG_MOVER
from subscriptions.core.transactions import unit_of_work

FIRST_BATCH = 20
LARGEST_BATCH = 1_000
TARGET_SECONDS = 0.02  # of one transaction; the promise is a tenth of a second

Act = Callable[[Session, int], int]


@dataclass(slots=True)
class Pace:
    """``size`` is how much the next transaction may do, and never below ``smallest``.

    ``target`` is how many seconds it should take. Where a transaction has a cost of its own, both
    must be well above that, or a busy machine makes the batches smaller and itself busier.
    """

    size: int = field(default_factory=lambda: FIRST_BATCH)
    smallest: int = 1
    target: float = TARGET_SECONDS

    def follow(self, took: float) -> None:
        """Let the next size follow from the seconds that the last transaction took."""
        if took > self.target:
            self.size = max(self.size // 2, self.smallest)
        elif took < self.target / 2:
            self.size = min(self.size * 2, LARGEST_BATCH)


def in_batches(act: Act) -> Iterator[int]:
    """Have ``act`` do up to so much at a time, each time in a unit of work, until it did nothing.

    ``act`` returns how much it did; so does each step of the iteration, once that is committed.
    """
    pace = Pace()
    while True:
        began = time.perf_counter()
        with unit_of_work() as session:
            done = act(session, pace.size)
        took = time.perf_counter() - began
        if not done:
            return
        yield done
        pace.follow(took)
        leave_to_others(took)  # as long for them as for us


def leave_to_others(seconds: float) -> None:
    """Let others write for so long, and SQLite's log be moved where much was written."""
    time.sleep(seconds)
    if mover := current_app.extensions.get(LOG_MOVER):
        mover.catch_up()
