"""Keyed hashes of addresses: an address is recognised again without being held.

Without the key nobody can try addresses against a hash, but whoever has it can: a keyed hash of an
address is still personal data.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple


class AddressHash(NamedTuple):
    """A hash in hexadecimal, 64 characters, and the short id of the key that it was made with."""

    key_id: str
    value: str


class AddressHasher:
    """HMAC-SHA-256 of :attr:`Address.key` under the keys of one purpose, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = [(_id_of(key), key) for key in keys]

    def newest(self, address_key: str) -> AddressHash:
        """The hash to keep: under the newest key."""
        return self.every(address_key)[0]

    def every(self, address_key: str) -> list[AddressHash]:
        """The hashes to look for: under each key that is still known."""
        text = address_key.encode()
        return [
            AddressHash(key_id, hmac.digest(key, text, hashlib.sha256).hex())
            for key_id, key in self._keys
        ]


def _id_of(key: bytes) -> str:
    return hmac.digest(key, b"id", hashlib.sha256).hex()[:8]
