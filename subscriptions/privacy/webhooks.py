"""Whom webhooks may tell: the recipients that the policy in force names, and nobody else."""

from huey import crontab

from subscriptions.core.jobs import Job
from subscriptions.privacy.policy import current_policy
from subscriptions.webhooks.delivery import deliver_due
from subscriptions.webhooks.events import DELIVER


def recipients() -> list[str]:
    """The names of those whom something may be passed on to; under some policies nobody."""
    return [one.name for one in current_policy().recipient]


def deliver() -> None:
    """Tell them what is due; the job."""
    deliver_due(recipients())


JOBS = (Job(DELIVER, deliver, every=crontab()),)
