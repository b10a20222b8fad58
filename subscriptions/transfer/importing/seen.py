"""Which addresses a pass has met already, in at most 32 bytes for each row of the file.

A set of Python's own would take five times as much, and a file may have two million rows.
"""

from array import array

EMPTY = 0


class Seen:
    """A hash table of 64-bit hashes that is made large enough at once: open addressing."""

    def __init__(self, rows: int) -> None:
        slots = 1 << (2 * rows).bit_length()
        self._mask = slots - 1
        self._slots = array("Q", bytes(8 * slots))

    def before(self, key: str) -> bool:
        """Whether this address was asked for before; from now on it was.

        Two addresses of a million are taken for one once in forty million imports.
        """
        value = hash(key) & 0xFFFFFFFFFFFFFFFF or 1
        place = value & self._mask
        while self._slots[place] != EMPTY:
            if self._slots[place] == value:
                return True
            place = (place + 1) & self._mask
        self._slots[place] = value
        return False
