"""What holds for the whole team: whether a second step is required, and the end of sessions."""

import uuid

from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict
from subscriptions.core.statements import upsert
from subscriptions.core.words import lazy_gettext as _
from subscriptions.operators.audit import record
from subscriptions.operators.models import Operator, TeamRules
from subscriptions.operators.sessions import forget_all

ONLY = 1  # the id of the one row
SET = upsert(
    TeamRules,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["id"], set_={"second_factor": insert.excluded.second_factor}
    ),
)


def second_factor_required(session: Session) -> bool:
    """Whether every operator needs a second step to work here."""
    rules = session.get(TeamRules, ONLY)
    return rules is not None and rules.second_factor


def require_second_factor(session: Session, actor: Operator, *, required: bool) -> None:
    """Require a second step of everybody, or no longer. Who requires it must have one."""
    if required and not actor.has_second_step:
        raise Conflict(_("Set up a second step for your own account first."))
    SET.run(session.connection(), {"id": ONLY, "second_factor": required})
    session.expire_all()
    record(session, actor, "operators.second step", "all operators", required=required)


def end_sessions(session: Session, actor: Operator, operator: Operator) -> None:
    """Sign ``operator`` out everywhere: what a session holds is no longer theirs."""
    operator.fs_uniquifier = uuid.uuid4().hex
    forget_all(session, operator.id)
    record(session, actor, "operator.signed out everywhere", f"operator {operator.email}")
