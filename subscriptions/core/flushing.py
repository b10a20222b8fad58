"""One flush to the disk for many who wait for it."""

import os
import threading


class Flusher:
    """Flushes a file, one flush at a time; whoever comes while it runs shares the next one.

    Each flush has the disk empty its cache, however little is new. Without this, as many of them
    would queue at the disk as there are threads.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asked = self._done = 0
        self._running = False

    def flush(self, handle: int) -> None:
        """Return when all that was written before this call is on the disk; OSError if it fails."""
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._changed.wait_for(lambda: self._done >= mine or not self._running)
            if self._done >= mine:
                return
            self._running, covers = True, self._asked
        flushed = False
        try:
            os.fdatasync(handle)
            flushed = True
        finally:
            with self._changed:
                self._running = False
                if flushed:
                    self._done = covers
                self._changed.notify_all()
