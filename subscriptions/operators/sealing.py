"""The seals of the audit trail: each entry is chained to the one before by a keyed hash.

Whoever can write to the database but has not the installation's keys can't change an entry, take
one out or put one in without it showing. A trail that was cut off at its end looks whole: compare
its length and last seal with a copy that is kept elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC

from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from subscriptions.core.keys import derive_keys
from subscriptions.operators.models import AuditEntry

SEALER = "assent_audit_sealer"
LOCK = 0x41554449  # a number of our own among PostgreSQL's advisory locks


class Sealer:
    """Makes and checks seals: HMAC-SHA-256 under the newest key; older ones can still check."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_id_of(key): key for key in keys}
        self._newest = _id_of(keys[0])

    def seal(self, entry: AuditEntry, before: str) -> None:
        """Seal an entry that follows the one with the seal ``before``; none is empty."""
        entry.key_id = self._newest
        entry.seal = self._value(entry, before, self._keys[self._newest])

    def knows(self, entry: AuditEntry) -> bool:
        """Whether the key of the entry's seal is still there."""
        return entry.key_id in self._keys

    def fits(self, entry: AuditEntry, before: str) -> bool:
        """Whether the entry is as it was sealed, and follows the one with this seal."""
        value = self._value(entry, before, self._keys[entry.key_id or ""])
        return hmac.compare_digest(value, entry.seal or "")

    def _value(self, entry: AuditEntry, before: str, key: bytes) -> str:
        return hmac.digest(key, _content(entry, before), hashlib.sha256).hex()


def bind_sealer(app: Flask, keys: list[str]) -> None:
    """Bind the keys of the seals."""
    app.extensions[SEALER] = Sealer(derive_keys(keys, "audit trail"))


def append(session: Session, entry: AuditEntry) -> None:
    """Seal an entry and put it at the end of the trail.

    The last thing that a unit of work does: on PostgreSQL it waits here for others who write to the
    trail, and nobody who has this lock waits for another. SQLite has one writer anyway.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = session.scalar(select(AuditEntry.seal).order_by(AuditEntry.id.desc()).limit(1))
    current_sealer().seal(entry, last or "")
    session.add(entry)
    session.flush()


def _content(entry: AuditEntry, before: str) -> bytes:
    parts = [
        before,
        entry.at.astimezone(UTC).isoformat(),
        entry.operator_id,
        entry.actor,
        entry.action,
        entry.object,
        entry.newsletter,
        entry.details,
    ]
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()


def _id_of(key: bytes) -> str:
    return hmac.digest(key, b"id", hashlib.sha256).hex()[:8]


def current_sealer() -> Sealer:
    """The sealer of the current application."""
    sealer: Sealer = current_app.extensions[SEALER]
    return sealer
