"""Until when a suppression entry is kept: the policy says."""

from datetime import datetime

from subscriptions.privacy.policy import current_policy
from subscriptions.subscribers.models import SUPPRESSION


def kept_until(created_at: datetime) -> datetime:
    """When an entry of this moment goes by itself."""
    # There is such a clause: the service does not start under a policy without one.
    clause = next(each for each in current_policy().clauses if SUPPRESSION in each.categories)
    return created_at + clause.keep
