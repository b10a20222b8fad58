"""What must be true of a policy as a whole: nothing forgotten, nothing contradicted.

A check yields where in the file something is wrong, and what; the first one counts.
"""

from collections.abc import Iterable, Iterator

from subscriptions.core.periods import Period, may_be_longer
from subscriptions.privacy.policy.model import Clause, Policy
from subscriptions.privacy.policy.terms import (
    ADDRESS,
    AS_A_WHOLE,
    FITTINGS,
    IMPERSONAL,
    PERSON,
    SUBSCRIPTION,
    Channel,
    Trigger,
)

Where = tuple[str | int, ...]
Fault = tuple[Where, str]
# §7 UWG as its courts read it: an address that nobody confirmed goes within two weeks.
LONGEST_UNCONFIRMED = Period(days=14)
SHORTEST_UNCONFIRMED = Period(days=1)
# GDPR Article 12(3): a month; the longest has 31 days.
LONGEST_ANSWER = Period(days=31)


def faults(policy: Policy, categories: Iterable[str]) -> Iterator[Fault]:
    """Everything wrong with ``policy``, given the ``categories`` that the tables hold."""
    yield from _rules(policy)
    for number, clause in enumerate(policy.clauses):
        yield from (
            (("clause", number, key), f"clause {clause.id}: {what}")
            for key, what in _of_clause(clause, policy.clauses[:number])
        )
    yield from _missing(policy, (*categories, *sorted(IMPERSONAL)))


def _rules(policy: Policy) -> Iterator[Fault]:
    if Channel.MAIL not in policy.channels:
        yield ("channels",), 'a newsletter needs the channel "mail"'
    requests = policy.requests
    if not requests.answer_within or may_be_longer(requests.answer_within, LONGEST_ANSWER):
        yield ("requests", "answer_within"), "requests are answered within a month"
    if not may_be_longer(requests.answer_within, requests.remind_before):
        yield ("requests", "remind_before"), "the reminder would come before the request"
    if policy.version != max(change.date for change in policy.change):
        yield ("version",), "the version is the date of the latest change"


def _of_clause(clause: Clause, before: tuple[Clause, ...]) -> Iterator[tuple[str, str]]:
    if clause.id in {other.id for other in before}:
        yield "id", "there is another clause with this id"
    for category in clause.categories:
        yield from _of_category(clause, category, before)
    if clause.trigger in AS_A_WHOLE and set(clause.categories) != set(PERSON):
        yield "categories", f"{clause.trigger} lets go of {', '.join(PERSON)} together"
    if (ADDRESS in clause.categories) != (SUBSCRIPTION in clause.categories):
        yield "categories", "address and subscription go together"
    if clause.trigger is Trigger.UNCONFIRMED:
        yield from _unconfirmed(clause)


def _of_category(
    clause: Clause, category: str, before: tuple[Clause, ...]
) -> Iterator[tuple[str, str]]:
    fitting = FITTINGS.get(category)
    if fitting is None:
        yield "categories", f'there is no category "{category}"'
        return
    if (clause.trigger, clause.action) not in fitting.required | fitting.optional:
        yield "trigger", f"{clause.trigger} and {clause.action} don't fit {category}"
    for other in before:
        if category in other.categories and other.trigger is clause.trigger:
            yield "trigger", f"clause {other.id} says already what happens to {category}"


def _unconfirmed(clause: Clause) -> Iterator[tuple[str, str]]:
    key = "keep" if clause.keep is not None else "latest"
    if may_be_longer(clause.over_after, LONGEST_UNCONFIRMED):
        yield key, f"nobody's address is kept unconfirmed for more than {LONGEST_UNCONFIRMED}"
    if may_be_longer(SHORTEST_UNCONFIRMED, clause.acts_after):
        yield key, "people need a day at least to press the button"


def _missing(policy: Policy, categories: Iterable[str]) -> Iterator[Fault]:
    for category in categories:
        if category not in FITTINGS:
            yield (), f"nothing is known of the category {category}"
            continue
        for trigger, action in sorted(FITTINGS[category].required):
            if policy.for_category(category, trigger, action) is None:
                yield (), f"no clause says what happens to {category} when {trigger}"
    yield from _hangs_on(policy)


def _hangs_on(policy: Policy) -> Iterator[Fault]:
    """A record of consent proves nothing once the address that gave it is gone."""
    base = policy.for_category(SUBSCRIPTION, Trigger.UNSUBSCRIBED)
    for number, clause in enumerate(policy.clauses):
        if base is None or clause.trigger is not Trigger.UNSUBSCRIBED:
            continue
        for key, mine, theirs in (
            ("keep", clause.acts_after, base.acts_after),
            ("latest", clause.over_after, base.over_after),
            ("hold", clause.hold, base.hold),
        ):
            if may_be_longer(mine, theirs):
                what = f"clause {clause.id}: outlives the subscription of clause {base.id}"
                yield ("clause", number, key), what
