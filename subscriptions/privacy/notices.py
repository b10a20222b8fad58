"""The job that tells operators of what waits for them, at most once each."""

from huey import crontab

from subscriptions.core.jobs import Job
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.enquiries.telling import tell_of_enquiries

NOTICES = "privacy.notices"


def tell_operators() -> None:
    """Mail what is to be told; each kind in a transaction of its own."""
    with unit_of_work() as session:
        tell_of_enquiries(session)


JOBS = (Job(NOTICES, tell_operators, every=crontab(minute="*/10")),)
