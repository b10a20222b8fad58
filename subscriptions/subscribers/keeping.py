"""What stays of a subscription that has ended, until its clause; the policy says what, above us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flask import Flask, current_app

from subscriptions.core.periods import Period

KEEPING = "assent_keeping"


class Keeps(StrEnum):
    """What may stay when a subscription ends; also what the journal of erasures notes."""

    CLAUSES = "clauses"  # somebody left: whatever the policy keeps of an ended subscription
    HOLDS = "holds"  # somebody wants everything erased: only what has to stay
    NOTHING = "nothing"  # the time is over


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long each category stays after the end of a subscription, where it stays at all.

    ``held`` is the part of it that stays even against the wish of the person.
    """

    kept: Mapping[str, Period] = field(default_factory=dict)
    held: Mapping[str, Period] = field(default_factory=dict)

    def still(self, keeps: Keeps, ended_at: datetime, now: datetime) -> frozenset[str]:
        """The categories that stay of what ended at ``ended_at``."""
        periods = {Keeps.CLAUSES: self.kept, Keeps.HOLDS: self.held}.get(keeps, {})
        return frozenset(
            category for category, period in periods.items() if period.after(ended_at) > now
        )


def bind_keeping(app: Flask, keeping: Keeping) -> None:
    """Have subscriptions of this application end as ``keeping`` says."""
    app.extensions[KEEPING] = keeping


def current_keeping() -> Keeping:
    """What the current application keeps of ended subscriptions."""
    keeping: Keeping = current_app.extensions[KEEPING]
    return keeping
