"""Subscribers out, as CSV (RFC 4180): UTF-8, CRLF, header first; see the public contract.

Topics are slugs joined with one space, which no slug contains. A cell that a spreadsheet would
run as a formula begins with an apostrophe instead, addresses included.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from subscriptions.newsletters.models import SignupForm, Topic
from subscriptions.transfer.selection import COLUMNS, Selection

CHUNK = 65_536  # bytes
# What Excel, LibreOffice and Google Sheets take for the start of a formula, full-width forms too.
FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")

Row = list[str | None]
Finish = Callable[[Sequence[Any]], Row]


def csv_chunks(header: Sequence[str], batches: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    """Batches of rows as a CSV file, in chunks of about 64 kB."""
    yield csv_line(header).encode()
    for batch in batches:
        content = "".join([csv_line(row) for row in batch]).encode()
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]


def csv_line(cells: Sequence[str | None]) -> str:
    """One line, with formulas defused and cells quoted where need be."""
    safe = [f"'{cell}" if cell and cell[0] in FORMULA else cell or "" for cell in cells]
    line = ",".join(safe)
    # Few rows need quotes, and csv's writer is slow at finding that out, character by character.
    if line.count(",") == len(safe) - 1 and not any(sign in line for sign in '"\r\n'):
        return line + "\r\n"
    buffer = StringIO(newline="")
    csv.writer(buffer).writerow(safe)
    return buffer.getvalue()


def finisher(session: Session, selection: Selection) -> Finish:
    """A function from a row as read to the cells of an export, in the order of its header."""
    newsletter_id = selection.newsletter_id
    links = current_links()
    unsubscribe = links.maker(Purpose.UNSUBSCRIBE)
    preferences = links.maker(Purpose.PREFERENCES)
    topics = _topic_names(session, newsletter_id)
    of_newsletter = SignupForm.newsletter_id == newsletter_id
    forms = dict(session.execute(select(SignupForm.id, SignupForm.slug).where(of_newsletter)).all())

    def finish(row: Sequence[Any]) -> Row:
        _id, reference, epoch, address, status, topic_ids, frequency, locale, *rest = row
        requested_at, confirmed_at, form_id, wording, *profile = rest
        return [
            address,
            status,
            topics(topic_ids),
            frequency,
            locale,
            requested_at,
            confirmed_at,
            forms.get(form_id),
            wording,
            unsubscribe(reference, epoch),
            preferences(reference, epoch),
            *profile,
        ]

    places = [n for n, name in enumerate(COLUMNS) if name in selection.header]
    if len(places) == len(COLUMNS):
        return finish
    places += range(len(COLUMNS), len(COLUMNS) + len(selection.fields))
    return lambda row: list(map(finish(row).__getitem__, places))


def _topic_names(session: Session, newsletter_id: int) -> Callable[[str | None], str]:
    """A function from ids joined with commas to slugs joined with spaces, in our order."""
    slugs = session.execute(
        select(Topic.id, Topic.slug)
        .where(Topic.newsletter_id == newsletter_id)
        .order_by(Topic.position, Topic.id)
    ).all()

    @lru_cache(maxsize=4096)
    def names(ids: str | None) -> str:
        chosen = {int(one) for one in ids.split(",")} if ids else set()
        return " ".join(slug for topic_id, slug in slugs if topic_id in chosen)

    return names
