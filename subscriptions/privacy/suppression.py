"""Until when a suppression entry is kept: the policy says."""

from datetime import datetime

from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.subscribers.models import SUPPRESSION


def kept_until(created_at: datetime) -> datetime:
    """When an entry of this moment goes by itself."""
    return current_policy().need(SUPPRESSION, Trigger.RECORDED).over_after.after(created_at)
