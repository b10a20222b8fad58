"""The audit entry of an admin view, in its unit of work."""

from typing import Any

from sqlalchemy.orm import Session

from subscriptions.operators.audit import record
from subscriptions.web.admin.access import current_operator


def note(session: Session, action: str, thing: str, **details: Any) -> None:
    """Note that the operator who is signed in did ``action`` to ``thing``."""
    record(session, current_operator(), action, thing, **details)
