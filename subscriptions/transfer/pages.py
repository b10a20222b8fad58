"""Subscribers page by page, with the fields of an export; for the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.transfer.export import finisher
from subscriptions.transfer.rows import Ranges
from subscriptions.transfer.selection import Selection

PAGE = 1_000  # ids of one range, and so rows of a page at most
REFERENCE = 1  # its place in a row
TRIES = 20  # ranges without anybody before a page is given out empty


@dataclass(frozen=True, slots=True)
class Page:
    """Some subscribers; ``next`` is where the next page begins, None after the last.

    There may be nobody on a page that isn't the last.
    """

    subscribers: Sequence[dict[str, Any]]
    next: int | None


def read_page(session: Session, selection: Selection, after: int) -> Page:
    """The page behind the id ``after``. Who changes meanwhile is neither lost nor there twice."""
    ranges, connection = Ranges(selection, clock.today()), session.connection()
    rows: Sequence[Sequence[Any]] = ()
    for _try in range(TRIES):
        first = ranges.next_id(connection, after)
        if first is None:
            return Page([], None)
        after = first + PAGE - 1
        if rows := ranges.rows(connection, first, after):
            break
    more = ranges.next_id(connection, after) is not None
    finish = finisher(session, selection)
    return Page(
        [_as_json(selection, row[REFERENCE], finish(row)) for row in rows],
        after if more else None,
    )


def _as_json(selection: Selection, reference: str, cells: Sequence[str | None]) -> dict[str, Any]:
    subscriber: dict[str, Any] = dict(zip(selection.header, cells, strict=True))
    subscriber["reference"] = reference
    subscriber["topics"] = (subscriber["topics"] or "").split()
    return subscriber
