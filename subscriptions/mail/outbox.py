"""The outbox: mail is promised in the transaction of its cause and sent after it.

A queue in the database and not in the job system, because a promise of mail must be kept exactly
when the change that caused it is kept, whatever is killed in between.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.jobs import wake
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit, after_commit
from subscriptions.mail.models import OutboxMessage

DELIVER = "mail.deliver"
LEASE = timedelta(minutes=3)
BATCH = 20
RETRY_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440)]


OUTBOX = table_of(OutboxMessage)
QUEUE = Prepared(insert(OUTBOX))
STILL_WANTED = Prepared(select(OUTBOX.c.id).where(OUTBOX.c.id == bindparam("of")))
NOTE_SENT = Prepared(delete(OUTBOX).where(OUTBOX.c.id == bindparam("of")))


def queue_mail(
    unit: Unit,
    template: str,
    recipient: str,
    locale: str,
    context: dict[str, Any],
    subscriber_id: int | None = None,
    newsletter_id: int | None = None,
) -> None:
    """Promise a mail. It is sent once the caller's transaction has been committed.

    ``context`` holds what the template needs and what the headers are made from, as plain values;
    see :mod:`subscriptions.mail.message`.
    """
    now = clock.now()
    parameters = {
        "reference": new_reference(),
        "template": template,
        "recipient": recipient,
        "locale": locale,
        "context": context,
        "subscriber_id": subscriber_id,
        "newsletter_id": newsletter_id,
        "created_at": now,
        "due_at": now,
        "attempts": 0,
    }
    QUEUE.run(unit.connection(), parameters)
    after_commit(unit, wake_delivery)


def wake_delivery() -> None:
    """Have the delivery job run soon."""
    wake(DELIVER)


def lease_due(session: Session, now: datetime) -> Sequence[OutboxMessage]:
    """Take a lease on the next messages that are due; nobody else gets them until it ends."""
    messages = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.dead_at.is_(None), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for message in messages:
        message.due_at = now + LEASE
        message.attempts += 1
    return messages


def still_wanted(unit: Unit, message_id: int) -> bool:
    """Whether the message is still there: an erasure takes queued mail along."""
    return STILL_WANTED.first(unit.connection(), {"of": message_id}) is not None


def note_sent(unit: Unit, message_id: int) -> bool:
    """Remove a message that the server has accepted; False if it was erased meanwhile."""
    return NOTE_SENT.run(unit.connection(), {"of": message_id}) > 0


def drop(unit: Unit, message_id: int) -> bool:
    """Remove a message that must not be sent; False if it was erased meanwhile."""
    return note_sent(unit, message_id)


def note_failure(session: Session, message_id: int, error: str, *, permanent: bool) -> bool:
    """Put a failed message off by its back-off, or make it a dead letter; whether it became one."""
    # Asked of the store, not of the session's memory: it may have been erased since the lease.
    message = session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update()
    )
    if message is None:
        return False
    now = clock.now()
    message.last_error = error
    if permanent or message.attempts > len(RETRY_AFTER):
        message.dead_at = now
    else:
        message.due_at = now + RETRY_AFTER[message.attempts - 1]
    return message.dead_at is not None


def forget_queued(unit: Unit, subscriber_id: int, newsletter_ids: Sequence[int]) -> int:
    """Drop what is queued for a person about these newsletters; return how many messages."""
    theirs = delete(OUTBOX).where(
        OUTBOX.c.subscriber_id == subscriber_id, OUTBOX.c.newsletter_id.in_(newsletter_ids)
    )
    return unit.connection().execute(theirs).rowcount


def forget_queued_about(unit: Unit, newsletter_id: int, subscriber_ids: Sequence[int]) -> None:
    """Drop what is queued for these people about a newsletter."""
    theirs = OUTBOX.c.subscriber_id.in_(subscriber_ids), OUTBOX.c.newsletter_id == newsletter_id
    unit.connection().execute(delete(OUTBOX).where(*theirs))


def forget_all_queued(unit: Unit, subscriber_id: int) -> int:
    """Drop everything that is queued for a person; return how many messages."""
    theirs = delete(OUTBOX).where(OUTBOX.c.subscriber_id == subscriber_id)
    return unit.connection().execute(theirs).rowcount


def release_leases(session: Session) -> int:
    """Make leased messages due again; only for when no worker can be alive."""
    now = clock.now()
    released = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.dead_at.is_(None),
            OutboxMessage.attempts > 0,
            OutboxMessage.last_error.is_(None),
            OutboxMessage.due_at > now,
        )
        .values(due_at=now)
        .returning(OutboxMessage.id)
    )
    return len(released.all())


def dead_letters(session: Session) -> Sequence[OutboxMessage]:
    """Messages that won't be tried again by themselves, newest first."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.dead_at.is_not(None))
        .order_by(OutboxMessage.dead_at.desc())
        .limit(200)
    ).all()


def count_waiting(session: Session) -> int:
    """How many messages wait to be sent."""
    waiting = select(func.count()).where(OutboxMessage.dead_at.is_(None))
    return session.scalar(waiting.select_from(OutboxMessage)) or 0


def many_waiting(session: Session, number: int) -> bool:
    """Whether so many messages wait to be sent; looks at no more of them."""
    waiting = select(OutboxMessage.id).where(OutboxMessage.dead_at.is_(None))
    return session.scalar(waiting.offset(number - 1).limit(1)) is not None


def retry_dead_letter(session: Session, message_id: int) -> bool:
    """Give a dead letter another round of attempts; False if it is gone."""
    revived = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, due_at=clock.now(), last_error=None)
        .returning(OutboxMessage.id)
    ).one_or_none()
    after_commit(session, wake_delivery)
    return revived is not None


def discard_dead_letter(session: Session, message_id: int) -> bool:
    """Remove a dead letter; False if it is gone already."""
    return note_sent(session, message_id)
