"""The opt-in record of one person: both steps of the consent, and the mail between them.

The text of a sent mail is not kept for everybody (decision 22); the record of the request has its
id, the moment and a fingerprint of its words. From what was recorded the mail is made once more,
and the fingerprint says whether that is, word for word, what went out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.errors import NotFound
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit
from subscriptions.mail.handing_over import LINK, HandedOver, fingerprint, words_of
from subscriptions.mail.message import build_message
from subscriptions.mail.models import OutboxMessage
from subscriptions.newsletters.models import Newsletter, Topic
from subscriptions.subscribers.consent import CONFIRMED, CONSENT_RECORDS, REQUESTED
from subscriptions.subscribers.listing import ConsentStep, SubscriberRecord, subscriber_record
from subscriptions.subscribers.mails import CONFIRM, confirmation_context, sender_for
from subscriptions.subscribers.models import Subscription

SUBSCRIPTIONS = table_of(Subscription)
NOTE_MAIL = Prepared(
    update(CONSENT_RECORDS)
    .where(
        CONSENT_RECORDS.c.step == REQUESTED,
        CONSENT_RECORDS.c.subscription_id.in_(
            select(SUBSCRIPTIONS.c.id).where(
                SUBSCRIPTIONS.c.subscriber_id == bindparam("of_subscriber"),
                SUBSCRIPTIONS.c.newsletter_id == bindparam("of_newsletter"),
            )
        ),
    )
    .values(
        mail_reference=bindparam("new_reference"),
        mail_at=bindparam("new_at"),
        mail_hash=bindparam("new_hash"),
    )
)


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """The mail that asked for the confirmation, made again from what is recorded.

    ``same`` says whether it is what was sent, word for word; None if no mail was noted.
    """

    words: str
    message_id: str | None
    at: datetime | None
    same: bool | None


@dataclass(frozen=True, slots=True)
class OptInRecord:
    """Everything there is to show that somebody opted in."""

    record: SubscriberRecord
    requested: ConsentStep
    mail: ConfirmationMail
    confirmed: ConsentStep | None


def note_confirmation_mail(unit: Unit, mail: HandedOver) -> None:
    """Note with the request which mail went out about it; the last one, if it was sent again."""
    parameters = {
        "of_subscriber": mail.subscriber_id,
        "of_newsletter": mail.newsletter_id,
        "new_reference": mail.reference,
        "new_at": mail.at,
        "new_hash": mail.fingerprint,
    }
    NOTE_MAIL.run(unit.connection(), parameters)


def opt_in_record(session: Session, newsletter: Newsletter, reference: str) -> OptInRecord:
    """The opt-in record of one subscription; :class:`NotFound` if there was no request."""
    record = subscriber_record(session, newsletter.id, reference)
    steps = {step.step: step for step in record.consent}
    if REQUESTED not in steps:
        raise NotFound
    return OptInRecord(
        record=record,
        requested=steps[REQUESTED],
        mail=_mail(session, newsletter, record.address, steps[REQUESTED]),
        confirmed=steps.get(CONFIRMED),
    )


def _mail(
    session: Session, newsletter: Newsletter, address: str, requested: ConsentStep
) -> ConfirmationMail:
    sender = sender_for(newsletter)
    topics = _titles(session, newsletter.id, requested.topics)
    # Never added to the session: it is built as the worker built it, and not sent.
    message = OutboxMessage(
        reference=requested.mail_reference or new_reference(),
        template=CONFIRM,
        recipient=address,
        locale=requested.locale,
        context=sender.context() | confirmation_context(sender, requested.locale, LINK, topics),
        created_at=requested.mail_at or clock.now(),
    )
    mime = build_message(message)
    words = words_of(mime, ())
    sent = requested.mail_hash is not None
    return ConfirmationMail(
        words=words,
        message_id=str(mime["Message-ID"]) if sent else None,
        at=requested.mail_at,
        same=fingerprint(words) == requested.mail_hash if sent else None,
    )


def _titles(session: Session, newsletter_id: int, slugs: Sequence[str]) -> list[str]:
    titles = session.scalars(
        select(Topic.title)
        .where(Topic.newsletter_id == newsletter_id, Topic.slug.in_(slugs))
        .order_by(Topic.position, Topic.id)
    )
    return list(titles)
