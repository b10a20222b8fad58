"""Reminds owners while the 72 hours run and nothing is noted of the authority."""

from huey import crontab
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.jobs import Job
from subscriptions.core.links import current_links
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.datastore import LOCALE
from subscriptions.operators.queries import owners
from subscriptions.privacy.incidents.deadline import Deadline, deadline_of
from subscriptions.privacy.incidents.models import Incident
from subscriptions.privacy.incidents.operations import add_entry

REMIND = "privacy.remind_of_incidents"
ACTOR = "Assent"


def remind_owners() -> None:
    """Mail what is due; the job. A reminder is counted with the mails that it promises."""
    with unit_of_work() as session:
        waiting = select(Incident).where(
            Incident.closed_at.is_(None),
            Incident.authority_told_at.is_(None),
            Incident.authority_reason == "",
        )
        for incident in session.scalars(waiting.with_for_update(skip_locked=True)):
            deadline = deadline_of(incident.noticed_at, clock.now())
            if deadline.reminders > incident.reminders:
                incident.reminders = deadline.reminders
                _remind(session, incident, deadline)


def _remind(session: Session, incident: Incident, deadline: Deadline) -> None:
    context = {
        "title": incident.title,
        "hours": deadline.hours,
        "is_over": deadline.is_over,
        "due_at": f"{deadline.due_at:%Y-%m-%d %H:%M} UTC",
        "incident_url": f"{current_links().base_url}/admin/incidents/{incident.id}",
    }
    for owner in owners(session):
        queue_mail(session, "incident_reminder", owner.email, LOCALE, context)
    add_entry(session, incident, ACTOR, "The owners were reminded of the 72 hours.")


JOBS = (Job(REMIND, remind_owners, every=crontab(minute="*/5")),)
