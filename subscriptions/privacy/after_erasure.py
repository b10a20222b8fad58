"""What can be said to somebody who has just left: what is gone, what stays, why and until when.

Said in the words of the policy in force, so that the page and the notice can't differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from subscriptions.privacy.policy import Clause, Policy, Trigger
from subscriptions.subscribers.keeping import Keeps

NOTHING: Mapping[str, datetime] = {}


@dataclass(frozen=True, slots=True)
class Remainder:
    """Something that stays: what it is, what for, and the last day of it."""

    title: str
    purpose: str
    until: date


def what_went(policy: Policy, rows: Mapping[str, int]) -> list[str]:
    """The titles of the clauses under which something was erased. ``rows`` is per category."""
    gone = {category for category, number in rows.items() if number > 0}
    return [
        clause.title
        for clause in policy.clauses
        # Others say the same once more, of sign-ups and newsletters that came to nothing.
        if clause.trigger in (Trigger.UNSUBSCRIBED, Trigger.UNDELIVERABLE)
        and gone.intersection(clause.categories)
    ]


def what_stays(
    policy: Policy,
    erased_at: datetime,
    kept: Mapping[str, datetime] = NOTHING,
    keeps: Keeps = Keeps.CLAUSES,
) -> list[Remainder]:
    """What an erasure leaves behind, which the policy has to name.

    Of every erasure that is nothing personal; ``kept`` are the categories that stayed this time,
    and when their period began. ``keeps`` says whether that is by clauses or only by their holds.
    """
    return [
        _remainder(clause, start, keeps)
        for clause in policy.clauses
        if clause.trigger in (Trigger.RECORDED, Trigger.UNSUBSCRIBED)
        and (start := _start(clause, erased_at, kept)) is not None
    ]


def _remainder(clause: Clause, start: datetime, keeps: Keeps) -> Remainder:
    held = clause.trigger is Trigger.UNSUBSCRIBED and keeps is Keeps.HOLDS
    period = clause.hold if held else clause.over_after
    return Remainder(clause.title, clause.hold_reason or clause.purpose, period.after(start).date())


def _start(clause: Clause, erased_at: datetime, kept: Mapping[str, datetime]) -> datetime | None:
    if not clause.is_personal:
        return erased_at
    return next((kept[name] for name in clause.categories if name in kept), None)
