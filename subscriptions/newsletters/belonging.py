"""Finds what belongs to a newsletter: exports, imports, changes in bulk.

Their tables have a ``reference``, a random id, beside their ``id``, and a ``newsletter_id``.
"""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from subscriptions.core.db import Base
from subscriptions.core.errors import NotFound
from subscriptions.core.statements import table_of

SHOWN = 50

Belonging = TypeVar("Belonging", bound=Base)


def latest_of(
    session: Session, model: type[Belonging], newsletter_id: int, *more: ColumnElement[bool]
) -> Sequence[Belonging]:
    """The latest of a newsletter that also fit ``more``, newest first."""
    columns = table_of(model).c
    mine = select(model).where(columns.newsletter_id == newsletter_id, *more)
    return session.scalars(mine.order_by(columns.id.desc()).limit(SHOWN)).all()


def one_of(
    session: Session,
    model: type[Belonging],
    newsletter_id: int,
    reference: str,
    *more: ColumnElement[bool],
    lock: bool = False,
) -> Belonging:
    """One of a newsletter, or :class:`NotFound`; with ``lock``, for a change of it."""
    columns = table_of(model).c
    mine = (columns.newsletter_id == newsletter_id, columns.reference == reference)
    wanted = select(model).where(*mine, *more)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found
