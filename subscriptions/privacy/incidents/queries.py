"""Every read of incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from subscriptions.core.errors import NotFound
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.privacy.incidents.models import Incident, IncidentEntry
from subscriptions.subscribers.announcing import count_people
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.states import Status

BANNERS = (
    select(Incident.banner).where(Incident.banner_since.is_not(None)).order_by(Incident.id.desc())
)
NEWEST_FIRST = select(Incident).order_by(Incident.id.desc())


@dataclass(frozen=True, slots=True)
class Concerned:
    """One newsletter that an incident concerns, and its subscriptions by status."""

    name: str
    active: int
    pending: int
    ended: int


@dataclass(frozen=True, slots=True)
class Affected:
    """Who is affected as things stand: persons, those who can be mailed, and each newsletter."""

    people: int
    reachable: int
    newsletters: Sequence[Concerned]

    @property
    def records(self) -> int:
        """How many subscriptions are held, in whatever state."""
        return sum(each.active + each.pending + each.ended for each in self.newsletters)


def all_incidents(session: Session) -> Sequence[Incident]:
    """Every incident, newest first."""
    return session.scalars(NEWEST_FIRST).all()


def open_incidents(session: Session) -> Sequence[Incident]:
    """Those that are not closed, newest first."""
    return session.scalars(NEWEST_FIRST.where(Incident.closed_at.is_(None))).all()


def incident_by_id(session: Session, incident_id: int) -> Incident:
    """The incident with this id, or :class:`NotFound`."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound
    return incident


def log_of(session: Session, incident: Incident) -> Sequence[IncidentEntry]:
    """What was done when, oldest first."""
    mine = select(IncidentEntry).where(IncidentEntry.incident_id == incident.id)
    return session.scalars(mine.order_by(IncidentEntry.id)).all()


def affected_by(session: Session, incident: Incident) -> Affected:
    """Whom the incident concerns."""
    wanted = incident.newsletter_ids
    newsletters = [n for n in all_newsletters(session) if not wanted or n.id in wanted]
    ids = [newsletter.id for newsletter in newsletters]
    concerned = Subscription.newsletter_id.in_(ids)
    persons = select(func.count(func.distinct(Subscription.subscriber_id))).where(concerned)
    standing = Subscription.newsletter_id, Subscription.status
    numbers = {
        (newsletter_id, status): number
        for newsletter_id, status, number in session.execute(
            select(*standing, func.count()).where(concerned).group_by(*standing)
        )
    }
    return Affected(
        people=session.scalar(persons) or 0,
        reachable=count_people(session, wanted),
        newsletters=[
            Concerned(
                newsletter.name,
                active=numbers.get((newsletter.id, Status.ACTIVE.value), 0),
                pending=numbers.get((newsletter.id, Status.PENDING.value), 0),
                ended=numbers.get((newsletter.id, Status.ENDED.value), 0),
            )
            for newsletter in newsletters
        ],
    )


def banners(connection: Connection) -> Sequence[str]:
    """What the public pages show at present, newest first."""
    return connection.scalars(BANNERS).all()
