"""Lets go of many people at once, when their time is over.

A purge of a million rows would take hours one person at a time, and the writer's lock with it.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.personal_data import registry
from subscriptions.mail.outbox import forget_queued
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.ending import (
    SUBSCRIPTIONS,
    Standing,
    delete_subscriptions,
    note_endings,
)
from subscriptions.subscribers.states import Event


def let_go(session: Session, ending: Sequence[Standing], event: Event | None) -> int:
    """Erase these subscriptions, keep nothing, and return how many they were.

    Whoever has no other subscription is erased. ``event`` is counted, if there is one. The rows are
    locked by the caller.
    """
    if not ending:
        return 0
    connection = session.connection()
    if event:
        for newsletter_id, number in Counter(row.newsletter_id for row in ending).items():
            count(connection, newsletter_id, event, number)
    note_endings(session, ending, clock.now())
    whole = _with_nothing_else(session, ending)
    if whole:
        registry.erase(session, sorted(whole))
    for row in ending:
        if row.subscriber_id not in whole:
            forget_queued(session, row.subscriber_id, [row.newsletter_id])
            delete_subscriptions(session, [row.id])
    return len(ending)


def _with_nothing_else(session: Session, ending: Sequence[Standing]) -> set[int]:
    """The people who have no other subscription than these."""
    ends = Counter(row.subscriber_id for row in ending)
    held = session.connection().execute(
        select(SUBSCRIPTIONS.c.subscriber_id, func.count())
        .where(SUBSCRIPTIONS.c.subscriber_id.in_(list(ends)))
        .group_by(SUBSCRIPTIONS.c.subscriber_id)
    )
    return {person for person, number in held if number == ends[person]}
