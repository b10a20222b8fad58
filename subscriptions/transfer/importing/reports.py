"""What people see of an import: its first rows, what would become of each, what was left out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import mask
from subscriptions.core.transactions import leave_reading
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.import_models import Import, ImportPiece, ImportState, Kind
from subscriptions.transfer.export import csv_line
from subscriptions.transfer.importing.candidates import LeftOut, reader_of
from subscriptions.transfer.importing.outcomes import TITLES, Outcome
from subscriptions.transfer.importing.pieces import PIECE, read_piece
from subscriptions.transfer.importing.plans import Plan
from subscriptions.transfer.importing.seen import Seen
from subscriptions.transfer.importing.standing import standing_of
from subscriptions.transfer.importing.tasks import offer_of

HEADER = ("row", "reason", "address")
BEFORE_IT_RAN = (ImportState.WAITING, ImportState.CHECKING, ImportState.CHECKED)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of the file as people count them, from 1 with the header, and what becomes of it."""

    row: int
    outcome: Outcome
    address: str


def first_rows(session: Session, found: Import, number: int) -> list[list[str]]:
    """The first rows of the file, as they are; none once it has gone."""
    piece = read_piece(session.connection(), found.id, 0)
    return [row for row in piece.rows[:number] if row] if piece else []


def judge(session: Session, found: Import, plan: Plan) -> Iterator[Judged]:
    """What would become of each row under this plan, as things stand; does nothing.

    Reads piece by piece, and keeps no read open between them.
    """
    newsletter = session.get_one(Newsletter, found.newsletter_id)
    read = reader_of(plan, offer_of(session, newsletter))
    import_id, first, total = found.id, first_row_of(found), found.rows
    newsletter_id, seen = newsletter.id, Seen(total)
    for number in range(-(-total // PIECE)):
        leave_reading(session)
        piece = read_piece(session.connection(), import_id, number)
        rows = piece.rows if piece else []
        read_rows = [read(place, cells) for place, cells in enumerate(rows, number * PIECE)]
        people = [each for each in read_rows if not isinstance(each, LeftOut)]
        against = standing_of(session, newsletter_id, people)
        for each in read_rows:
            if isinstance(each, LeftOut):
                yield Judged(first + each.number, each.outcome, each.shown)
                continue
            twice = Outcome.TWICE if seen.before(each.key) else None
            outcome = twice or against.get(each.key, Outcome.TAKEN)
            yield Judged(first + each.number, outcome, mask(each.address))


def first_row_of(found: Import) -> int:
    """The number that people give to the first row of data."""
    return 2 if found.source["header"] else 1


def left_out_csv(session: Session, found: Import) -> Iterator[bytes]:
    """The rows that were, or would be, left out: number, reason, masked address; as CSV."""
    kind = Kind.FOUND if found.state in BEFORE_IT_RAN else Kind.LEFT_OUT
    first = first_row_of(found)
    statement = (
        select(ImportPiece.content)
        .where(ImportPiece.import_id == found.id, ImportPiece.kind == kind.value)
        .order_by(ImportPiece.number)
    )
    leave_reading(session)
    engine = session.get_bind().engine

    def lines() -> Iterator[bytes]:
        yield csv_line(HEADER).encode()
        with engine.connect() as connection:
            for content in connection.scalars(statement.execution_options(yield_per=10)):
                rows = json.loads(content)
                text = (
                    csv_line((str(first + number), str(TITLES[Outcome(outcome)]), shown))
                    for number, outcome, shown in rows
                )
                yield "".join(text).encode()

    return lines()


def judged_csv(rows: Iterator[Judged]) -> Iterator[bytes]:
    """Every row and what would become of it, as CSV."""
    yield csv_line(HEADER).encode()
    while some := list(islice(rows, PIECE)):
        yield "".join(
            csv_line((str(each.row), str(TITLES[each.outcome]), each.address)) for each in some
        ).encode()
