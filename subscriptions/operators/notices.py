"""Mails that tell owners of something to look at. They name nobody."""

from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.addresses import InvalidAddress, parse_address
from subscriptions.core.links import current_links
from subscriptions.core.words import gettext, ngettext
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.datastore import LOCALE
from subscriptions.operators.models import Operator, OperatorRole
from subscriptions.operators.roles import Role


@dataclass(frozen=True, slots=True)
class Notice:
    """What a mail says: a title, a sentence for one thing and for many, and a page of the admin."""

    title: str
    one: str
    many: str
    page: str


def tell_owners(session: Session, notice: Notice, number: int, contact: str = "") -> None:
    """Mail every owner, and ``contact`` besides if that is a mail address of nobody of them."""
    _mail(session, {*_owners(session), *_addresses(contact)}, notice, number)


def tell_operator(session: Session, address: str, notice: Notice, number: int) -> None:
    """Mail the operator with this address, unless there is none or the account is closed."""
    theirs = select(Operator.email).where(Operator.active, Operator.email == address)
    _mail(session, set(session.scalars(theirs)), notice, number)


def _mail(session: Session, recipients: set[str], notice: Notice, number: int) -> None:
    with force_locale(LOCALE):
        context = {
            "title": gettext(notice.title),
            "says": ngettext(notice.one, notice.many, number),
            "page_url": f"{current_links().base_url}/admin/{notice.page}",
        }
    for recipient in sorted(recipients):
        queue_mail(session, "needs_attention", recipient, LOCALE, context)


def _owners(session: Session) -> set[str]:
    owners = select(Operator.email).where(
        Operator.active, Operator.roles.any(OperatorRole.name == Role.OWNER.value)
    )
    return set(session.scalars(owners))


def _addresses(contact: str) -> set[str]:
    try:
        return {parse_address(contact).key}
    except InvalidAddress:  # a web address, or none
        return set()
