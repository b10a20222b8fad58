"""The end of subscriptions: what goes at once, what a clause lets stay, and the journal of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.personal_data import registry
from subscriptions.core.statements import Prepared, table_of
from subscriptions.core.transactions import Unit
from subscriptions.mail.models import MAIL
from subscriptions.mail.outbox import forget_queued
from subscriptions.subscribers.consent import forget_request
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.export_files import forget_exported
from subscriptions.subscribers.keeping import Keeps, current_keeping
from subscriptions.subscribers.models import (
    CONSENT,
    PROFILE,
    SUBSCRIPTION,
    ConsentRecord,
    ErasedReference,
    Profile,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.rights_models import ChannelConsent
from subscriptions.subscribers.states import Event, Status
from subscriptions.webhooks.events import About, Kind, tell


@dataclass(frozen=True, slots=True)
class Ended:
    """What an end of subscriptions did. ``erased`` says that nothing of the person is left.

    ``rows`` says how many rows went, and ``kept`` since when those stay that a clause keeps; both
    per category of personal data. ``keeps`` is what was allowed to stay.
    """

    newsletter_id: int | None
    erased: bool
    rows: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, datetime] = field(default_factory=dict)
    keeps: Keeps = Keeps.CLAUSES


class Standing(NamedTuple):
    """Where a subscription stands that is about to end."""

    id: int
    subscriber_id: int
    reference: str
    newsletter_id: int
    status: str
    ended_at: datetime | None


SUBSCRIPTIONS = table_of(Subscription)
RECORDS = table_of(ConsentRecord)
STANDING = tuple(SUBSCRIPTIONS.c[name] for name in Standing._fields)
ALL_OF_PERSON = Prepared(
    select(*STANDING).where(SUBSCRIPTIONS.c.subscriber_id == bindparam("person"))
)
NONE_KEPT: Mapping[Standing, Keeps] = {}
JOURNAL = Prepared(insert(table_of(ErasedReference)))
# What a subscription consists of, dependants first, and the category that each counts for.
PARTS = (
    (SUBSCRIPTION, table_of(SubscriptionTopic).c.subscription_id),
    (PROFILE, table_of(Profile).c.subscription_id),
    (CONSENT, RECORDS.c.subscription_id),
    (SUBSCRIPTION, SUBSCRIPTIONS.c.id),
)
WITHDRAW_CHANNELS = Prepared(
    delete(table_of(ChannelConsent)).where(
        table_of(ChannelConsent).c.subscription_id == bindparam("of")
    )
)
KEEP_ENDED = Prepared(
    update(SUBSCRIPTIONS)
    .where(SUBSCRIPTIONS.c.id == bindparam("of"))
    .values(
        status=Status.ENDED.value,
        ended_at=bindparam("new_ended_at"),
        erasure_asked_at=func.coalesce(SUBSCRIPTIONS.c.erasure_asked_at, bindparam("new_asked_at")),
    )
)


def erase_person(session: Session, subscriber_id: int) -> Ended:
    """Erase a person who was proven to be who they are, at their wish (GDPR Article 17).

    Besides their subscriptions that takes what else is held of their address, such as enquiries.
    """
    besides = registry.erase_at_wish(session, [subscriber_id])
    ended = erase_subscriber(session, subscriber_id, Event.UNSUBSCRIBED)
    return replace(ended, rows={**ended.rows, **besides})


def erase_subscriber(unit: Unit, subscriber_id: int, event: Event) -> Ended:
    """End all subscriptions of a person, and keep nothing of them but what has to stay."""
    standing = ALL_OF_PERSON.all(unit.connection(), {"person": subscriber_id})
    ids = [Standing(*row).id for row in standing]
    return end_subscriptions(unit, subscriber_id, ids, event, Keeps.HOLDS)


def end_subscriptions(
    unit: Unit,
    subscriber_id: int,
    subscription_ids: Sequence[int],
    event: Event,
    keeps: Keeps = Keeps.CLAUSES,
    *,
    at: datetime | None = None,
) -> Ended:
    """End these subscriptions of one person; if nothing is kept of any, the person is erased.

    Everything happens in the caller's transaction: every category of the registry, queued mail
    included. What stays are the anonymous counters, the journal of random ids, and what ``keeps``
    allows; that is never anything of a subscription that was not confirmed. ``at`` is when it
    happened, if not now.
    """
    connection = unit.connection()
    all_rows = ALL_OF_PERSON.all(connection, {"person": subscriber_id})
    everything = [Standing(*row) for row in all_rows]
    now = at or clock.now()
    ending = [row for row in everything if row.id in subscription_ids]
    staying = {row: stays for row in ending if (stays := _stays(row, keeps, now))}
    for row in ending:
        if row.status != Status.ENDED:
            count(connection, row.newsletter_id, event)
    note_endings(unit, ending, now, dict.fromkeys(staying, keeps))
    first = ending[0].newsletter_id if ending else None
    if len(ending) == len(everything) and not staying:
        return Ended(first, erased=True, rows=registry.erase(unit, [subscriber_id]), keeps=keeps)
    gone = Counter({MAIL: forget_queued(unit, subscriber_id, [r.newsletter_id for r in ending])})
    gone += delete_subscriptions(unit, [row.id for row in ending if row not in staying])
    for row, stays in staying.items():
        gone += _keep(connection, row, stays, keeps, now)
    kept = {name: row.ended_at or now for row, stays in staying.items() for name in stays}
    return Ended(first, erased=False, rows=gone, kept=kept, keeps=keeps)


def note_endings(
    unit: Unit,
    ending: Sequence[Standing],
    now: datetime,
    keeps: Mapping[Standing, Keeps] = NONE_KEPT,
) -> None:
    """Write the ends of subscriptions into the journal, each with what was allowed to stay.

    No file that was exported names them from now on, even if something of them stays here.
    Webhooks are told of each once: not again when a record goes that a clause has kept.
    """
    if ending:
        entries = [
            {
                "reference": row.reference,
                "erased_at": now,
                "keeps": keeps.get(row, Keeps.NOTHING).value,
            }
            for row in ending
        ]
        JOURNAL.run_many(unit.connection(), entries)
        forget_exported(unit, [(row.newsletter_id, row.id) for row in ending])
        over = [row for row in ending if row.status != Status.ENDED]
        tell(unit, Kind.ENDED, [About(row.newsletter_id, row.reference) for row in over])


def delete_subscriptions(unit: Unit, subscription_ids: Sequence[int]) -> Counter[str]:
    """Delete these subscriptions with all that hangs on them; return the rows per category."""
    rows: Counter[str] = Counter()
    for category, column in PARTS if subscription_ids else ():
        those = delete(column.table).where(column.in_(subscription_ids))
        rows[category] += unit.connection().execute(those).rowcount
    return rows


def _stays(row: Standing, keeps: Keeps, now: datetime) -> frozenset[str]:
    """The categories that stay of a subscription; without the subscription nothing can."""
    if row.status == Status.PENDING and row.ended_at is None:
        return frozenset()
    still = current_keeping().still(keeps, row.ended_at or now, now)
    return still if SUBSCRIPTION in still else frozenset()


def _keep(
    connection: Connection, row: Standing, stays: frozenset[str], keeps: Keeps, now: datetime
) -> Counter[str]:
    """Let an ended subscription stay as a record, without what may not stay of it."""
    if row.status == Status.PENDING:
        forget_request(connection, row.id, row.ended_at)
    asked = now if keeps is Keeps.HOLDS else None
    values = {"of": row.id, "new_ended_at": row.ended_at or now, "new_asked_at": asked}
    KEEP_ENDED.run(connection, values)
    WITHDRAW_CHANNELS.run(connection, {"of": row.id})
    gone: Counter[str] = Counter()
    for category, column in PARTS:
        if category not in stays:
            theirs = delete(column.table).where(column == row.id)
            gone[category] += connection.execute(theirs).rowcount
    return gone
