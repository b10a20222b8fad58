"""One flush for many, and never less than one for anybody."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from subscriptions.core.flushing import Flusher
from tests.support.waiting import wait_until


class Disk:
    """A disk that begins and ends a flush when it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.broken = False
        self._may_end = threading.Semaphore(0)

    def fdatasync(self, _handle: int) -> None:
        self.begun += 1
        assert self._may_end.acquire(timeout=10)
        if self.broken:
            raise OSError(5, "broken")

    def end_one(self) -> None:
        self._may_end.release()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(os, "fdatasync", made.fdatasync)
    return made


@contextmanager
def _waiting(flusher: Flusher, number: int) -> Iterator[list[Future[None]]]:
    with ThreadPoolExecutor(number) as pool:
        yield [pool.submit(flusher.flush, 0) for _ in range(number)]


def test_who_comes_during_a_flush_shares_the_next_one(disk: Disk) -> None:
    """The running one may have begun before their rows were written."""
    flusher = Flusher()
    with _waiting(flusher, 1) as first, _waiting(flusher, 5) as later:
        wait_until("the first flush", lambda: disk.begun == 1)
        wait_until("the others", lambda: flusher._asked == 6)
        assert not any(each.done() for each in [*first, *later])
        disk.end_one()
        wait_until("the second flush", lambda: disk.begun == 2)
        assert sum(each.done() for each in later) == 0
        disk.end_one()
    assert all(each.exception() is None for each in [*first, *later])
    assert disk.begun == 2


def test_a_flush_that_fails_is_nobodys_success(disk: Disk) -> None:
    flusher = Flusher()
    disk.broken = True
    with _waiting(flusher, 3) as all_of_them:
        wait_until("everybody", lambda: flusher._asked == 3)
        for _ in all_of_them:
            disk.end_one()
    assert all(isinstance(each.exception(), OSError) for each in all_of_them)
    assert disk.begun == 3
