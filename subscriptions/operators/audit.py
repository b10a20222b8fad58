"""The audit trail: an entry for every export and every change, in the change's transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.transactions import before_commit
from subscriptions.operators.models import AuditEntry, Operator
from subscriptions.operators.sealing import append

COMMAND_LINE = "command line"
PAGE = 50
BATCH = 1_000
LAST = "\U0010ffff"  # sorts behind every character of an action


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of whom, beginning with which action, about which newsletter, of which days.

    ``operator`` is the account's id, or who else acts, such as :data:`COMMAND_LINE`; both days
    belong to it, in UTC.
    """

    operator: int | str | None = None
    action: str = ""
    newsletter: str = ""
    first: date | None = None
    last: date | None = None


def record(
    session: Session,
    actor: Operator | str,
    action: str,
    thing: str,
    *,
    newsletter: str | None = None,
    **details: Any,
) -> None:
    """Note that ``actor`` did ``action`` to ``thing``, such as ``newsletter news``.

    ``newsletter`` is the slug of the one that it was about. ``details`` are plain values without
    personal data of subscribers. It is written, and sealed, when the caller's unit of work is.
    """
    operator = actor if isinstance(actor, Operator) else None
    entry = AuditEntry(
        at=clock.now(),
        operator_id=operator.id if operator else None,
        actor=operator.email if operator else str(actor),
        action=action,
        object=thing,
        newsletter=newsletter or None,
        details={name: value for name, value in details.items() if value is not None},
    )
    before_commit(session, partial(append, session, entry))


def entries(session: Session, wanted: Wanted, before: int | None = None) -> Sequence[AuditEntry]:
    """One page of the trail and one more, newest first; ``before`` is the last id of a page."""
    statement = _fitting(wanted).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return session.scalars(statement).all()


def all_entries(session: Session, wanted: Wanted) -> Iterator[Sequence[AuditEntry]]:
    """All of them in batches, oldest first; each is a read of its own."""
    last = 0
    while True:
        later = _fitting(wanted).where(AuditEntry.id > last).order_by(AuditEntry.id)
        found = session.scalars(later.limit(BATCH)).all()
        session.expunge_all()
        session.rollback()
        if not found:
            return
        last = found[-1].id
        yield found


def _fitting(wanted: Wanted) -> Select[AuditEntry]:
    found = select(AuditEntry)
    if isinstance(wanted.operator, int):
        found = found.where(AuditEntry.operator_id == wanted.operator)
    elif wanted.operator:
        found = found.where(AuditEntry.operator_id.is_(None), AuditEntry.actor == wanted.operator)
    if wanted.action:
        end = wanted.action + LAST
        found = found.where(AuditEntry.action >= wanted.action, AuditEntry.action < end)
    if wanted.newsletter:
        itself = AuditEntry.object == f"newsletter {wanted.newsletter}"
        found = found.where(or_(AuditEntry.newsletter == wanted.newsletter, itself))
    if wanted.first:
        found = found.where(AuditEntry.at >= _midnight(wanted.first))
    if wanted.last and wanted.last < date.max:
        found = found.where(AuditEntry.at < _midnight(wanted.last + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
