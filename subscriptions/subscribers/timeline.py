"""What has happened around one subscription, as far as that is still known. Keeps nothing new."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.mail.models import OutboxMessage
from subscriptions.operators.models import AuditEntry
from subscriptions.subscribers.consent import IMPORTED
from subscriptions.subscribers.export_models import Export, ExportPiece
from subscriptions.subscribers.listing import ConsentStep
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.rights_models import AddressChange, ManageLink

EXPORTS = 50  # the latest of the newsletter that are looked through
ACTS = 100
FROM_IMPORT = "import:"


class What(StrEnum):
    """What happened; a step of the consent has its own name."""

    MAIL_SENT = "mail_sent"
    MAIL_WAITS = "mail_waits"
    MAIL_FAILED = "mail_failed"
    ENGAGED = "engaged"
    RESTRICTED = "restricted"
    ASKED_AGAIN = "asked_again"
    ENDED = "ended"
    ERASURE_ASKED = "erasure_asked"
    MANAGE_LINK = "manage_link"
    ADDRESS_CHANGE = "address_change"
    IMPORT = "import"
    EXPORT = "export"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    ``detail`` is a source, a purpose or an action, ``by`` an operator's address, ``reference`` the
    random id of the export or import.
    """

    at: datetime
    what: str
    detail: str = ""
    by: str = ""
    reference: str | None = None


def happenings(
    session: Session, subscription: Subscription, consent: Sequence[ConsentStep]
) -> list[Happening]:
    """Everything that is known, newest first; ``consent`` are its steps."""
    found = [
        *_of_consent(consent),
        *_of_itself(subscription),
        *_of_mail(session, subscription),
        *_of_rights(session, subscription.subscriber_id),
        *_of_exports(session, subscription),
        *_of_operators(session, subscription.reference),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _of_consent(consent: Sequence[ConsentStep]) -> Iterator[Happening]:
    for step in consent:
        imported = step.source.startswith(FROM_IMPORT) and step.step == IMPORTED
        reference = step.source.removeprefix(FROM_IMPORT) if imported else None
        yield Happening(step.at, step.step, step.source, reference=reference)
        if step.mail_at:
            yield Happening(step.mail_at, What.MAIL_SENT)


def _of_itself(subscription: Subscription) -> Iterator[Happening]:
    engaged, confirmed = subscription.engaged_at, subscription.confirmed_at
    if engaged and confirmed and engaged > confirmed:
        yield Happening(engaged, What.ENGAGED)
    for at, what in (
        (subscription.restricted_at, What.RESTRICTED),
        (subscription.asked_again_at, What.ASKED_AGAIN),
        (subscription.ended_at, What.ENDED),
        (subscription.erasure_asked_at, What.ERASURE_ASKED),
    ):
        if at:
            yield Happening(at, what)


def _of_mail(session: Session, subscription: Subscription) -> Iterator[Happening]:
    theirs = select(OutboxMessage.created_at, OutboxMessage.dead_at, OutboxMessage.template).where(
        OutboxMessage.subscriber_id == subscription.subscriber_id,
        OutboxMessage.newsletter_id == subscription.newsletter_id,
    )
    for created_at, dead_at, template in session.execute(theirs):
        if dead_at:
            yield Happening(dead_at, What.MAIL_FAILED, template)
        else:
            yield Happening(created_at, What.MAIL_WAITS, template)


def _of_rights(session: Session, subscriber_id: int) -> Iterator[Happening]:
    link = session.get(ManageLink, subscriber_id)
    if link and link.mailed_at:
        yield Happening(link.mailed_at, What.MANAGE_LINK)
    change = session.get(AddressChange, subscriber_id)
    if change:
        yield Happening(change.asked_at, What.ADDRESS_CHANGE)


def _of_exports(session: Session, subscription: Subscription) -> Iterator[Happening]:
    latest = (
        select(Export.id)
        .where(Export.newsletter_id == subscription.newsletter_id)
        .order_by(Export.id.desc())
        .limit(EXPORTS)
    )
    around = (
        select(Export.recorded_at, Export.purpose, Export.made_by, Export.reference)
        .add_columns(ExportPiece.members)
        .join(ExportPiece, ExportPiece.export_id == Export.id)
        .where(Export.id.in_(latest.scalar_subquery()), ExportPiece.first_id <= subscription.id)
        .where(ExportPiece.last_id >= subscription.id)
    )
    for recorded_at, purpose, made_by, reference, members in session.execute(around):
        if any(subscription.reference == member for member, _epoch in json.loads(members)):
            yield Happening(recorded_at, What.EXPORT, purpose, made_by, reference)


def _of_operators(session: Session, reference: str) -> Iterator[Happening]:
    about = select(AuditEntry).where(AuditEntry.object == f"subscription {reference}")
    for entry in session.scalars(about.order_by(AuditEntry.id.desc()).limit(ACTS)):
        field = entry.details.get("field")
        detail = f"{entry.action} ({field})" if field else entry.action
        yield Happening(entry.at, What.OPERATOR, detail, entry.actor)
