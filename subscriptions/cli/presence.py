"""A service holds the store while it serves, so that no restore replaces it underneath."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from subscriptions.config import Settings
from subscriptions.core.errors import Unavailable
from subscriptions.core.occupancy import Hold, occupy
from subscriptions.transfer.backup.mark import copied_at

LOOK_EVERY = 1.0  # seconds, while there is a copy that must not serve yet
STOP_SECONDS = 6.0  # longer than one attempt to connect
ASK_EVERY = 10.0  # while the store is held
AT_WORK = "a restore is at work on this store: start again when it has ended"


class Presence:
    """The store as one service holds it; a copy that must not serve yet is not held.

    Should the database forget the hold, it is taken again; if a restore was quicker, the service
    ends, and refuses when it is started again.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hold: Hold | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def enter(self) -> bool:
        """Hold the store; False if it is a copy that must not serve yet."""
        try:
            if not self._take():
                raise click.ClickException(AT_WORK)
        except (SQLAlchemyError, Unavailable):
            raise click.ClickException("the database can't be reached or read") from None
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None
        self._watcher.start()
        return self.may_serve

    def leave(self) -> None:
        """Give it up."""
        self._stopping.set()
        self._watcher.join(STOP_SECONDS)
        if self._hold:
            self._hold.release()

    @property
    def may_serve(self) -> bool:
        """Whether the store is held, and so is no unfinished copy."""
        return self._ready.is_set()

    def wait(self) -> None:
        """Come back when the store may serve."""
        self._ready.wait()

    def _take(self) -> bool:
        """Hold the store unless it is a copy; False if a restore holds it."""
        hold = occupy(self._settings.database, self._settings.data_dir, alone=False)
        if hold is None:
            return False
        if copied_at(self._settings.database):
            hold.release()
        else:
            self._hold = hold
            self._ready.set()
        return True

    def _watch(self) -> None:
        while not self._stopping.wait(ASK_EVERY if self.may_serve else LOOK_EVERY):
            if self._hold is None or not self._hold.is_alive():
                self._take_again()

    def _take_again(self) -> None:
        served, lost, self._hold = self.may_serve, self._hold, None
        if lost:
            lost.release()
        try:
            taken = self._take()
        except (SQLAlchemyError, Unavailable):
            return  # away: what needs it fails as well
        if served and not (taken and self._hold):
            self._stopping.set()
            os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def presence_in(settings: Settings) -> Iterator[Presence]:
    """Hold the store for the length of the block, as far as it may serve."""
    presence = Presence(settings)
    presence.enter()
    try:
        yield presence
    finally:
        presence.leave()
