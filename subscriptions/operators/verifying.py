"""Checks the seals of the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from subscriptions.operators.audit import Wanted, all_entries
from subscriptions.operators.models import AuditEntry
from subscriptions.operators.sealing import Sealer, current_sealer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What :func:`verify_trail` found.

    ``unsealed`` entries are older than the seals. ``broken`` is the id of the first entry that is
    not as it was written or does not follow the one before, and ``why`` says so in words.
    """

    sealed: int = 0
    unsealed: int = 0
    last_id: int | None = None
    last_seal: str = ""
    broken: int | None = None
    why: str = ""


def verify_trail(session: Session) -> Verdict:
    """Read the trail from its beginning and check each seal, up to the first that does not fit."""
    entries = (entry for batch in all_entries(session, Wanted()) for entry in batch)
    return _verdict(current_sealer(), entries)


def _verdict(sealer: Sealer, entries: Iterable[AuditEntry]) -> Verdict:
    sealed, unsealed, before, last = 0, 0, "", None
    for entry in entries:
        if entry.seal is None and not sealed:
            unsealed += 1
            continue
        if why := _fault(sealer, entry, before):
            return Verdict(sealed, unsealed, last, before, entry.id, why)
        sealed, before, last = sealed + 1, entry.seal or "", entry.id
    return Verdict(sealed, unsealed, last, before)


def _fault(sealer: Sealer, entry: AuditEntry, before: str) -> str:
    if entry.seal is None:
        return "it has no seal"
    if not sealer.knows(entry):
        return "the key of its seal is not among ASSENT_SECRET_KEYS"
    return "" if sealer.fits(entry, before) else "it was changed, or one before it is missing"
