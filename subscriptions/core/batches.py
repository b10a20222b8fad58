"""Long work in bounded batches that let everybody else write in between.

Each batch is a transaction. Its size follows the time that the one before took, so that no lock is
held for long whatever the machine is worth; after it, the others get as long as it took.
"""

import time
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from subscriptions.core.transactions import unit_of_work

FIRST_BATCH = 20
LARGEST_BATCH = 1_000
TARGET_SECONDS = 0.02  # of one transaction; the promise is a tenth of a second

Act = Callable[[Session, int], int]


def in_batches(act: Act) -> Iterator[int]:
    """Have ``act`` do up to so much at a time, each time in a unit of work, until it did nothing.

    ``act`` returns how much it did; so does each step of the iteration, once that is committed.
    """
    size = FIRST_BATCH
    while True:
        began = time.perf_counter()
        with unit_of_work() as session:
            done = act(session, size)
        took = time.perf_counter() - began
        if not done:
            return
        yield done
        if took > TARGET_SECONDS:
            size = max(size // 2, 1)
        elif took < TARGET_SECONDS / 2:
            size = min(size * 2, LARGEST_BATCH)
        time.sleep(took)  # as long for the others as for us
