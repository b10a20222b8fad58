"""The audit trail: an entry for every export and every change, in the change's transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.operators.models import AuditEntry, Operator

COMMAND_LINE = "command line"
PAGE = 50


def record(
    session: Session, actor: Operator | str, action: str, thing: str, **details: Any
) -> AuditEntry:
    """Note that ``actor`` did ``action`` to ``thing``, such as ``newsletter news``.

    ``details`` are plain values without personal data of subscribers. The entry is written when
    the caller's unit of work is.
    """
    operator = actor if isinstance(actor, Operator) else None
    entry = AuditEntry(
        at=clock.now(),
        operator_id=operator.id if operator else None,
        actor=operator.email if operator else str(actor),
        action=action,
        object=thing,
        details={name: value for name, value in details.items() if value is not None},
    )
    session.add(entry)
    return entry


def entries(session: Session, before: int | None = None) -> Sequence[AuditEntry]:
    """One page of the trail, newest first; ``before`` is the last id of the page before."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return session.scalars(statement).all()
