"""The job that tells operators of what waits for them, at most once each."""

from huey import crontab

from subscriptions.core.jobs import Job
from subscriptions.core.transactions import unit_of_work
from subscriptions.privacy.enquiries.telling import tell_of_enquiries
from subscriptions.privacy.requests.by_themselves import tell_of_rights
from subscriptions.privacy.requests.reminding import remind_of_requests

NOTICES = "privacy.notices"


def tell_operators() -> None:
    """Mail what is to be told; each kind in a transaction of its own."""
    for tell in (tell_of_enquiries, remind_of_requests, tell_of_rights):
        with unit_of_work() as session:
            tell(session)


JOBS = (Job(NOTICES, tell_operators, every=crontab(minute="*/10")),)
