"""What would go, and when: for everybody, or for one person, under any policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from subscriptions.privacy.policy import Clause, Policy, Trigger
from subscriptions.privacy.retention.ledger import GRACE
from subscriptions.privacy.retention.step import AT, PERSON, Step
from subscriptions.privacy.retention.steps import steps_of
from subscriptions.subscribers.models import SUPPRESSION, Subscriber
from subscriptions.subscribers.suppression import entries_of


@dataclass(frozen=True, slots=True)
class Amount:
    """How many rows of a clause."""

    clause: Clause
    rows: int


@dataclass(frozen=True, slots=True)
class Fate:
    """When something that is held about a person goes; as things stand now."""

    clause: Clause
    goes_at: datetime


def would_go(
    session: Session, policy: Policy, as_of: datetime, at_most: int | None = None
) -> Iterator[Amount]:
    """What each clause of ``policy`` would erase if it were executed at ``as_of``.

    None of its steps is counted beyond ``at_most``, so that a page needn't wait for millions.
    """
    for clause in policy.clauses:
        counted = (
            step.count(session, step.limits(clause).acts_after.before(as_of), at_most)
            for step in steps_of(clause)
            if step.erases
        )
        yield Amount(clause, sum(counted))


def overdue(
    session: Session, policy: Policy, now: datetime, at_most: int | None = None
) -> Iterator[Amount]:
    """What is held though each clause of ``policy`` has been over for more than a day."""
    for clause in policy.clauses:
        counted = (
            step.count(session, step.limits(clause).over_after.before(now - GRACE), at_most)
            for step in steps_of(clause)
        )
        yield Amount(clause, sum(counted))


def preview_person(session: Session, policy: Policy, subscriber_id: int) -> Iterator[Fate]:
    """What of a person has a day on which it goes, and which; soonest first.

    What stays for as long as somebody is subscribed has none.
    """
    fates = [
        Fate(clause, step.limits(clause).acts_after.after(began))
        for clause in policy.clauses
        for step in steps_of(clause)
        if (began := _began(session, step, subscriber_id)) is not None
    ]
    yield from sorted(fates, key=lambda fate: fate.goes_at)


def preview_address(session: Session, policy: Policy, key: str) -> list[Fate]:
    """The same for whoever has the address with this key, a suppression of it included."""
    fates: list[Fate] = []
    person = session.scalar(select(Subscriber.id).where(Subscriber.address_key == key))
    if person is not None:
        fates += preview_person(session, policy, person)
    clause = policy.need(SUPPRESSION, Trigger.RECORDED)
    for entry in entries_of(session.connection(), key):
        fates.append(Fate(clause, clause.acts_after.after(entry.created_at)))
    return sorted(fates, key=lambda fate: fate.goes_at)


def _began(session: Session, step: Step, subscriber_id: int) -> datetime | None:
    waits = step.waiting().subquery()
    if isinstance(waits.c[AT].type, Date):  # days of everybody, nobody's in particular
        return None
    first = select(waits.c[AT]).where(waits.c[PERSON] == subscriber_id).order_by(waits.c[AT])
    began: datetime | None = session.connection().scalar(first.limit(1))
    return began
