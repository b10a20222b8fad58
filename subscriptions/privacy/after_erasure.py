"""What can be said to somebody who has just left: what is gone, what stays, why and until when.

Said in the words of the policy in force, so that the page and the notice can't differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from subscriptions.privacy.periods import end_of_period
from subscriptions.privacy.policy import Policy

NEVER_CONFIRMED = "unconfirmed"  # says the same once more, of sign-ups that came to nothing
OUTLIVES = "recorded"  # the trigger of what is about what happened, not about who it was


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
        if clause.trigger != NEVER_CONFIRMED and gone.intersection(clause.categories)
    ]


def what_stays(policy: Policy, erased_at: datetime) -> list[Remainder]:
    """What every erasure leaves behind, which the policy has to name: nothing personal."""
    return [
        Remainder(clause.title, clause.purpose, end_of_period(clause, erased_at))
        for clause in policy.clauses
        if clause.trigger == OUTLIVES and not clause.categories
    ]
