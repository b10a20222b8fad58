"""The audit entry of an admin view, in its unit of work."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from subscriptions.operators.audit import record
from subscriptions.web.admin.access import NEWSLETTER, current_operator


def note(session: Session, action: str, thing: str, **details: Any) -> None:
    """Note that the operator who is signed in did ``action`` to ``thing``.

    The newsletter that the URL names goes into the entry.
    """
    newsletter = (request.view_args or {}).get(NEWSLETTER)
    record(session, current_operator(), action, thing, **{"newsletter": newsletter, **details})
