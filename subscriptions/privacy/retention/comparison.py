"""Two policies side by side: what goes under the one, and what would go under the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from subscriptions.privacy.policy import Clause, Trigger
from subscriptions.privacy.policy.terms import SUBSCRIPTION
from subscriptions.privacy.retention.preview import Amount


@dataclass(frozen=True, slots=True)
class Line:
    """What two policies say of the same data and event; None where one of them says nothing."""

    ours: Amount | None
    theirs: Amount | None = None


def side_by_side(ours: Iterable[Amount], theirs: Iterable[Amount]) -> list[Line]:
    """A line for each clause of either policy: ours in their order, then what only theirs has.

    Clauses are the same if the same event starts them and they speak of the same data, whatever
    their ids and titles are.
    """
    others = {_subject(due.clause): due for due in theirs}
    lines = [Line(due, others.pop(_subject(due.clause), None)) for due in ours]
    return lines + [Line(None, due) for due in others.values()]


def _subject(clause: Clause) -> tuple[Trigger, str]:
    # Unique in a policy: a category has one clause for a trigger. What else goes with the
    # subscription is not what tells one clause from another.
    main = SUBSCRIPTION if SUBSCRIPTION in clause.categories else min(clause.categories)
    return clause.trigger, main
