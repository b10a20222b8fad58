"""What a policy promises to subscribers, in a few plain lines: for who has to choose one."""

from collections.abc import Sequence

from subscriptions.privacy.notice.in_words import (
    answers_in_words,
    channels_in_words,
    recorded_of_the_client,
    tracking_in_words,
)
from subscriptions.privacy.policy import Policy, Trigger
from subscriptions.privacy.policy.in_words import kept_in_words
from subscriptions.privacy.policy.terms import IMPERSONAL

# What may become of a subscription, in the order of its life.
LIFE = (Trigger.UNCONFIRMED, Trigger.INACTIVE, Trigger.UNSUBSCRIBED, Trigger.NEWSLETTER_CLOSED)


def kept_of_subscribers(policy: Policy) -> Sequence[tuple[str, str]]:
    """What is held of a subscriber, and how long."""
    return [
        (clause.title, kept_in_words(clause))
        for trigger in LIFE
        for clause in policy.clauses
        if clause.trigger is trigger and not IMPERSONAL.issuperset(clause.categories)
    ]


def ways_of(policy: Policy) -> Sequence[str]:
    """What is recorded, how people are reached, whether they are counted, how soon answered."""
    return [
        recorded_of_the_client(policy)[1],
        channels_in_words(policy),
        tracking_in_words(policy),
        answers_in_words(policy)[0],
    ]
