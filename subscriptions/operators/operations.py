"""Every change to the operators' accounts."""

import uuid
from collections.abc import Mapping

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import Address
from subscriptions.core.errors import Conflict, Gone
from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.audit import record
from subscriptions.operators.datastore import LOCALE
from subscriptions.operators.models import NewsletterRole, Operator, OperatorRole
from subscriptions.operators.queries import SETUP_HOURS, any_operator, count_owners
from subscriptions.operators.roles import NEWSLETTER_ROLES, Role


def set_up_first(session: Session, address: Address, password: str) -> Operator:
    """Create the first owner; :class:`Gone` once there is an operator."""
    _one_at_a_time(session)
    if any_operator(session):
        raise Gone
    operator = _new(session, address, Role.OWNER)
    operator.password = hash_password(password)
    session.flush()
    record(
        session, operator, "operator.created", f"operator {operator.email}", role=Role.OWNER.value
    )
    return operator


def invite(
    session: Session,
    actor: Operator | str,
    address: Address,
    role: Role | None,
    newsletter_roles: Mapping[int, Role] | None = None,
) -> str:
    """Create an account without a password, mail its set-up link, and return that link.

    Raises :class:`Conflict` if there is an account for this address.
    """
    if session.scalar(select(Operator.id).where(Operator.email == address.key)):
        raise Conflict(_("There is an operator with this address already."))
    operator = _new(session, address, role)
    session.flush()
    _grant(operator, newsletter_roles or {})
    record(
        session,
        actor,
        "operator.invited",
        f"operator {operator.email}",
        roles=_roles_as_details(operator),
    )
    return _send_invitation(session, operator)


def invite_again(session: Session, actor: Operator | str, operator: Operator) -> None:
    """Mail a fresh set-up link; older ones stop working. :class:`Conflict` if it was used."""
    if operator.password:
        raise Conflict(_("This account has been set up already."))
    operator.setup_epoch += 1
    record(session, actor, "operator.invited again", f"operator {operator.email}")
    _send_invitation(session, operator)


def complete_setup(session: Session, operator_id: int, epoch: int, password: str) -> Operator:
    """Give an invited account its password; :class:`Gone` if the link was used or replaced."""
    operator = session.scalar(
        select(Operator)
        .where(Operator.id == operator_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if operator is None or operator.password or operator.setup_epoch != epoch:
        raise Gone
    operator.password = hash_password(password)
    operator.fs_uniquifier = uuid.uuid4().hex
    record(session, operator, "operator.set up", f"operator {operator.email}")
    return operator


def change_roles(
    session: Session,
    actor: Operator,
    operator: Operator,
    role: Role | None,
    newsletter_roles: Mapping[int, Role],
) -> None:
    """Replace an operator's roles; :class:`Conflict` if no owner would be left."""
    _one_at_a_time(session)
    if operator.role is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(session)
    before = _roles_as_details(operator)
    operator.roles = _role_rows(session, role)
    operator.newsletter_roles.clear()
    session.flush()
    _grant(operator, newsletter_roles)
    record(
        session,
        actor,
        "operator.roles changed",
        f"operator {operator.email}",
        before=before,
        after=_roles_as_details(operator),
    )


def remove(session: Session, actor: Operator, operator: Operator) -> None:
    """Delete an account and so end its sessions; :class:`Conflict` if no owner would be left."""
    _one_at_a_time(session)
    if operator.role is Role.OWNER:
        _keep_an_owner(session)
    record(session, actor, "operator.removed", f"operator {operator.email}")
    session.delete(operator)


def _new(session: Session, address: Address, role: Role | None) -> Operator:
    operator = Operator(
        email=address.key,
        fs_uniquifier=uuid.uuid4().hex,
        active=True,
        roles=_role_rows(session, role),
    )
    session.add(operator)
    return operator


def _role_rows(session: Session, role: Role | None) -> list[OperatorRole]:
    if role is None:
        return []
    return [session.scalars(select(OperatorRole).where(OperatorRole.name == role.value)).one()]


def _grant(operator: Operator, newsletter_roles: Mapping[int, Role]) -> None:
    for newsletter_id, role in newsletter_roles.items():
        if role not in NEWSLETTER_ROLES:
            raise Conflict(_("Only the whole installation can be owned."))
        operator.newsletter_roles.append(
            NewsletterRole(newsletter_id=newsletter_id, role=role.value)
        )


def _roles_as_details(operator: Operator) -> dict[str, object]:
    certain = {str(held.newsletter_id): held.role for held in operator.newsletter_roles}
    return {"role": operator.role.value if operator.role else None, "newsletters": certain or None}


def _keep_an_owner(session: Session) -> None:
    if count_owners(session) < 2:
        raise Conflict(_("There must be an owner left. Make somebody else an owner first."))


def _one_at_a_time(session: Session) -> None:
    # On PostgreSQL two transactions could each see that the other's owner is still there.
    session.execute(
        select(OperatorRole.id).where(OperatorRole.name == Role.OWNER.value).with_for_update()
    )


def _send_invitation(session: Session, operator: Operator) -> str:
    link = current_links().to(Purpose.SETUP, operator.reference, operator.setup_epoch)
    queue_mail(
        session,
        "operator_invitation",
        operator.email,
        LOCALE,
        {"setup_url": link, "hours": SETUP_HOURS},
    )
    return link
