"""Waiting for an event with a deadline: the only kind of waiting that tests do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

INTERVAL = 0.02


def wait_until(what: str, probe: Callable[[], T], seconds: float = 10.0) -> T:
    """Call ``probe`` until it returns something true, and return that.

    Raises :class:`TimeoutError` naming ``what`` after ``seconds``. Not moved by the ``clock``
    fixture, which leaves the monotonic clock alone.
    """
    deadline = time.monotonic() + seconds
    while not (result := probe()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} within {seconds:g} s")
        time.sleep(INTERVAL)
    return result
