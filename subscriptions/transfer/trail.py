"""The audit trail out, as CSV (RFC 4180) with its seals: a copy to hold the trail against."""

import json
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from subscriptions.operators.audit import Wanted, all_entries
from subscriptions.operators.models import AuditEntry
from subscriptions.transfer.export import csv_line

HEADER = ("id", "at", "actor", "action", "object", "newsletter", "details", "seal")


def stream_trail_csv(engine: Engine, wanted: Wanted) -> Iterator[bytes]:
    """The entries that fit, oldest first. Needs no application context; memory does not grow."""
    yield csv_line(HEADER).encode()
    with Session(engine) as session:
        for batch in all_entries(session, wanted):
            yield "".join([csv_line(_cells(entry)) for entry in batch]).encode()


def _cells(entry: AuditEntry) -> list[str | None]:
    return [
        str(entry.id),
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.object,
        entry.newsletter,
        json.dumps(entry.details, sort_keys=True, ensure_ascii=False) if entry.details else "",
        entry.seal,
    ]
