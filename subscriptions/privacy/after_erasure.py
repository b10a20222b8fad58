"""What can be said to somebody who has just left: what is gone, what stays, why and until when.

Said in the words of the policy in force, so that the page and the notice can't differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from subscriptions.privacy.policy import Clause, Policy, Trigger
from subscriptions.privacy.policy.in_words import kept_in_words, policy_words
from subscriptions.subscribers.keeping import Keeps

Since = Mapping[str, datetime | None]
NOTHING: Since = {}
# Others say the same once more, of sign-ups and newsletters that came to nothing.
GOES = (Trigger.UNSUBSCRIBED, Trigger.UNDELIVERABLE, Trigger.LAST_CONTACT)
# Of an address, whether or not it is subscribed.
APART = (Trigger.LAST_CONTACT, Trigger.REQUEST_CLOSED)
STAYS = (Trigger.RECORDED, Trigger.UNSUBSCRIBED, *APART)


@dataclass(frozen=True, slots=True)
class Remainder:
    """Something that stays: what it is, what for, and the last day of it.

    Where that day is not known yet, ``until`` is None and ``how_long`` says what it hangs on.
    """

    title: str
    purpose: str
    until: date | None
    how_long: str


def what_went(policy: Policy, rows: Mapping[str, int]) -> list[str]:
    """The titles, not translated yet, of the clauses under which something was erased.

    ``rows`` is per category.
    """
    gone = {category for category, number in rows.items() if number > 0}
    return [
        clause.title
        for clause in policy.clauses
        if clause.trigger in GOES and gone.intersection(clause.categories)
    ]


def what_stays(
    policy: Policy,
    erased_at: datetime,
    kept: Since = NOTHING,
    keeps: Keeps = Keeps.CLAUSES,
) -> list[Remainder]:
    """What an erasure leaves behind, which the policy has to name.

    Of every erasure that is nothing personal; ``kept`` are the categories that stayed this time,
    and when their period began, None for not yet. ``keeps`` says whether what ended stays by
    clauses or only by their holds.
    """
    since = {**_impersonal(policy, erased_at), **kept}
    return [
        _remainder(clause, since[category], keeps)
        for clause in policy.clauses
        if clause.trigger in STAYS
        and (category := next((name for name in clause.categories if name in since), None))
    ]


def what_stays_apart(policy: Policy) -> list[Remainder]:
    """What an unsubscribe leaves alone, should there be any: it belonged to no subscription."""
    return [
        _remainder(clause, None, Keeps.CLAUSES)
        for clause in policy.clauses
        if clause.trigger in APART
    ]


def _impersonal(policy: Policy, erased_at: datetime) -> Since:
    names = (
        name for clause in policy.clauses if not clause.is_personal for name in clause.categories
    )
    return dict.fromkeys(names, erased_at)


def _remainder(clause: Clause, start: datetime | None, keeps: Keeps) -> Remainder:
    held = clause.trigger is Trigger.UNSUBSCRIBED and keeps is Keeps.HOLDS
    period = clause.hold if held else clause.over_after
    return Remainder(
        policy_words(clause.title),
        policy_words(clause.hold_reason or clause.purpose),
        period.after(start).date() if start else None,
        kept_in_words(clause),
    )
