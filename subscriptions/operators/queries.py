"""Every read of the operators' accounts."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from subscriptions.core.errors import Gone, NotFound
from subscriptions.core.tokens import Reference
from subscriptions.operators.models import Operator, OperatorRole, operator_roles
from subscriptions.operators.roles import Role

# What the one-time link speaks of while there is no account yet.
FIRST = Reference("first-operator", 0)
SETUP_HOURS = 24
SETUP_WITHIN = timedelta(hours=SETUP_HOURS)


def any_operator(session: Session) -> bool:
    """Whether there is an operator at all."""
    return session.scalar(select(Operator.id).limit(1)) is not None


def all_operators(session: Session) -> Sequence[Operator]:
    """Every operator, by address."""
    everybody = select(Operator).options(selectinload(Operator.webauthn))
    return session.scalars(everybody.order_by(Operator.email)).all()


def operator_by_id(session: Session, operator_id: int) -> Operator:
    """The operator with this id, or :class:`NotFound`."""
    operator = session.get(Operator, operator_id)
    if operator is None:
        raise NotFound
    return operator


def invited_operator(session: Session, reference: Reference) -> Operator | None:
    """Whose set-up link this is; None for the first operator's. :class:`Gone` if it was used."""
    if reference == FIRST:
        if any_operator(session):
            raise Gone
        return None
    operator = session.scalar(select(Operator).where(Operator.reference == reference.id))
    if operator is None or operator.password or operator.setup_epoch != reference.epoch:
        raise Gone
    return operator


def owners(session: Session) -> Sequence[Operator]:
    """The owners whose accounts are in use, by address."""
    owning = Operator.roles.any(OperatorRole.name == Role.OWNER.value)
    in_use = select(Operator).where(owning, Operator.active, Operator.password.is_not(None))
    return session.scalars(in_use.order_by(Operator.email)).all()


def count_owners(session: Session) -> int:
    """How many owners there are."""
    statement = (
        select(func.count())
        .select_from(operator_roles)
        .join(OperatorRole, OperatorRole.id == operator_roles.c.role_id)
        .where(OperatorRole.name == Role.OWNER.value)
    )
    return session.scalar(statement) or 0
