"""Replaying the journal of erasures on a restored backup: who had left is erased again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from subscriptions.core.statements import table_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.ending import end_subscriptions
from subscriptions.subscribers.keeping import Keeps
from subscriptions.subscribers.models import (
    ErasedReference,
    Subscriber,
    Subscription,
    Suppression,
)
from subscriptions.subscribers.states import Event

SUBSCRIBERS, SUBSCRIPTIONS = table_of(Subscriber), table_of(Subscription)
JOURNAL, ENTRIES = table_of(ErasedReference), table_of(Suppression)
# The subscriber is locked first, as everywhere.
FIND = (
    select(SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.subscriber_id, SUBSCRIPTIONS.c.requested_at)
    .join(SUBSCRIBERS, SUBSCRIBERS.c.id == SUBSCRIPTIONS.c.subscriber_id)
    .where(SUBSCRIPTIONS.c.reference == bindparam("of_reference"))
    .with_for_update(of=[SUBSCRIBERS, SUBSCRIPTIONS])
)
STILL_HELD = select(SUBSCRIPTIONS.c.reference).where(
    SUBSCRIPTIONS.c.reference.in_(bindparam("references", expanding=True))
)
SAME_ENTRY = delete(ENTRIES).where(
    ENTRIES.c.address_hash == bindparam("of_hash"),
    ENTRIES.c.newsletter_id.is_not_distinct_from(bindparam("of_newsletter")),
)


def replay(session: Session, reference: str, erased_at: datetime, keeps: Keeps) -> bool:
    """End again the subscription that ended under this random id; False if it isn't there.

    Nothing more stays of it than the first time, and every period counts from then. A subscription
    that was asked for anew after that is another one, and stays.
    """
    found = session.connection().execute(FIND, {"of_reference": reference}).one_or_none()
    if found is None or found.requested_at > erased_at:
        return False
    end_subscriptions(
        session, found.subscriber_id, [found.id], Event.UNSUBSCRIBED, keeps, at=erased_at
    )
    return True


def still_held(session: Session, references: Sequence[str]) -> set[str]:
    """Those of the erased references whose subscription the store holds (again)."""
    return set(session.connection().scalars(STILL_HELD, {"references": list(references)}))


def journal_references(session: Session) -> set[str]:
    """Every reference that the journal of erasures holds."""
    return set(session.connection().scalars(select(JOURNAL.c.reference)))


def carry_journal(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of another store's journal into this one's."""
    if rows:
        session.connection().execute(insert(JOURNAL), rows)


def carry_suppressions(session: Session, rows: Iterable[dict[str, Any]]) -> int:
    """Bring entries of another store; each replaces the one of the same address and scope.

    ``newsletter`` is its slug, or None for every one. Returns how many are in force now: an entry
    against a newsletter that isn't here forbids nothing.
    """
    connection = session.connection()
    ids: dict[str | None, int | None] = {None: None}
    ids |= {row.slug: row.id for row in connection.execute(select(Newsletter.slug, Newsletter.id))}
    known = [row for row in rows if row["newsletter"] in ids]
    for row in known:
        scope = ids[row["newsletter"]]
        entry = {name: value for name, value in row.items() if name != "newsletter"}
        same = {"of_hash": row["address_hash"], "of_newsletter": scope}
        connection.execute(SAME_ENTRY, same)
        connection.execute(insert(ENTRIES), entry | {"newsletter_id": scope})
    return len(known)
