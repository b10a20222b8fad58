"""Who has left since an export, for whoever has the file (GDPR Article 19). Names nobody."""

import json
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import leave_reading
from subscriptions.subscribers.export_models import Export, ExportPiece
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.states import Status
from subscriptions.transfer.export import csv_line

HEADER = ("reference", "unsubscribe_url", "preferences_url", "change")
LEFT, RESTRICTED = "left", "restricted"


def departures_csv(session: Session, export: Export) -> Iterator[bytes]:
    """The links, as they stood in the file, of those who left it since, or restricted their data.

    ``reference`` is the random id within each link, for where the keys that sign links have
    changed since. A chunk for each piece, without a read that lasts; ends the session's read.
    """
    links = current_links()
    unsubscribe = links.maker(Purpose.UNSUBSCRIBE)
    preferences = links.maker(Purpose.PREFERENCES)
    changes = _changes(session.get_bind().engine, export.id, export.newsletter_id)
    leave_reading(session)

    def lines() -> Iterator[bytes]:
        yield csv_line(HEADER).encode()
        for piece in changes:
            yield "".join(
                csv_line((ref, unsubscribe(ref, epoch), preferences(ref, epoch), change))
                for ref, epoch, change in piece
            ).encode()

    return lines()


def _changes(
    engine: Engine, export_id: int, newsletter_id: int
) -> Iterator[list[tuple[str, int, str]]]:
    pieces = select(ExportPiece).where(ExportPiece.export_id == export_id)
    number = -1
    while True:
        with engine.connect() as connection:
            piece = connection.execute(
                pieces.where(ExportPiece.number > number).order_by(ExportPiece.number).limit(1)
            ).one_or_none()
            if piece is None:
                return
            standing = _standing(connection, newsletter_id, piece.first_id, piece.last_id)
        number = piece.number
        yield [
            (reference, epoch, change)
            for reference, epoch in json.loads(piece.members)
            if (change := standing.get(reference, LEFT))
        ]


def _standing(
    connection: Connection, newsletter_id: int, first_id: int, last_id: int
) -> dict[str, str | None]:
    """What there is to tell of each subscription that is still held; None for nothing."""
    found = select(Subscription.reference, Subscription.status, Subscription.restricted_at).where(
        Subscription.newsletter_id == newsletter_id, Subscription.id.between(first_id, last_id)
    )
    return {
        row.reference: LEFT
        if row.status == Status.ENDED.value
        else RESTRICTED
        if row.restricted_at
        else None
        for row in connection.execute(found)
    }
