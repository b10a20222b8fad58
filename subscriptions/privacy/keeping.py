"""What the policy in force keeps of subscriptions that have ended."""

from subscriptions.privacy.policy import Policy, Trigger
from subscriptions.subscribers.keeping import Keeping


def keeping_of(policy: Policy) -> Keeping:
    """The periods of the clauses with the trigger *unsubscribed*, and their holds."""
    ended = [clause for clause in policy.clauses if clause.trigger is Trigger.UNSUBSCRIBED]
    return Keeping(
        kept={
            category: clause.acts_after
            for clause in ended
            for category in clause.categories
            if clause.acts_after
        },
        held={
            category: clause.hold
            for clause in ended
            for category in clause.categories
            if clause.hold
        },
    )
