"""Searches a stream of bytes of any length for the traces of an address, in little memory."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from subscriptions.privacy.traces import Trace, View

# No form of an address of 254 characters is longer.
OVERLAP = 16_384
URL_SAFE = bytes.maketrans(b"-_", b"+/")
RUN = re.compile(rb"[^\r\n]+")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A trace that was found: where it begins, in bytes from the start, and in which form."""

    offset: int
    encoding: str


@dataclass(slots=True)
class Scan:
    """What a search has seen so far."""

    traces: Sequence[Trace]
    size: int = 0
    findings: set[Finding] = field(default_factory=set)

    def read(self, chunks: Iterable[bytes]) -> None:
        """Search all of ``chunks``. What straddles two of them is found, and found once."""
        buffer = b""
        for chunk in chunks:
            self.size += len(chunk)
            buffer += chunk
            if len(buffer) > 2 * OVERLAP:
                self._search(buffer)
                buffer = buffer[-OVERLAP:]
        self._search(buffer)

    def _search(self, buffer: bytes) -> None:
        start = self.size - len(buffer)
        views = {View.FOLDED: buffer.lower(), View.BASE64: _unwrap(buffer)}
        for trace in self.traces:
            for place in _places(trace, views[trace.view]):
                offset = _wrapped(buffer, place) if trace.view is View.BASE64 else place
                self.findings.add(Finding(start + offset, trace.encoding))


def _places(trace: Trace, view: bytes) -> Iterator[int]:
    for match in trace.pattern.finditer(view):
        if match[0] != trace.plain:
            yield match.start()


def _unwrap(buffer: bytes) -> bytes:
    return buffer.translate(URL_SAFE, b"\r\n")


def _wrapped(buffer: bytes, place: int) -> int:
    """Where in ``buffer`` the byte is that has ``place`` other than line ends before it."""
    for run in RUN.finditer(buffer):
        if place < len(run[0]):
            return run.start() + place
        place -= len(run[0])
    return len(buffer)
