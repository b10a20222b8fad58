"""Every write of an incident; each leaves a line in its log."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.words import gettext as _
from subscriptions.core.words import lazy_gettext
from subscriptions.operators.models import Operator
from subscriptions.privacy.incidents.deadline import deadline_of
from subscriptions.privacy.incidents.models import Incident, IncidentEntry
from subscriptions.subscribers.announcing import Kind, announce, readable

LONGEST_BANNER = 600


class Unwritten(Conflict):
    """A notice is to be sent that nobody has read and saved."""

    code = "unwritten"
    message = lazy_gettext("Please read, change and save the text first.")


class Unsettled(Conflict):
    """An incident can't be closed while it is open whether the authority has to know."""

    code = "unsettled"
    message = lazy_gettext(
        "First note when the authority was told, or why it need not be told (Article 33)."
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an incident. No newsletters means all of them."""

    title: str
    happened_at: datetime | None
    noticed_at: datetime
    what: str
    newsletter_ids: Sequence[int]
    categories: Sequence[str]
    consequences: str
    measures: str


def record_incident(session: Session, by: Operator, facts: Facts) -> Incident:
    """Begin the record of an incident; its 72 hours run since ``facts.noticed_at``."""
    _check(facts)
    incident = Incident(**asdict(facts))
    session.add(incident)
    session.flush()
    add_entry(session, incident, by.email, _("Recorded."))
    return incident


def change_facts(session: Session, incident: Incident, by: Operator, facts: Facts) -> None:
    """Put down what has become known since."""
    _check(facts)
    changed = [name for name, value in asdict(facts).items() if value != getattr(incident, name)]
    for name in changed:
        setattr(incident, name, getattr(facts, name))
    if changed:
        said = _("What is known was changed: %(fields)s.", fields=", ".join(changed))
        add_entry(session, incident, by.email, said)


def write_authority_notice(session: Session, incident: Incident, by: Operator, text: str) -> None:
    """Keep the notice to the authority as somebody has written it."""
    incident.authority_notice = readable(text)
    add_entry(session, incident, by.email, _("The notice to the authority was written."))


def write_people_notice(session: Session, incident: Incident, by: Operator, text: str) -> None:
    """Keep the notice to people as somebody has written it."""
    incident.people_notice = readable(text)
    add_entry(session, incident, by.email, _("The notice to people was written."))


def settle_authority(
    session: Session, incident: Incident, by: Operator, told_at: datetime | None, reason: str
) -> None:
    """Note when the authority was told, and why so late; or why it need not be told.

    Raises :class:`Invalid` without either, or if a reason is missing (Article 33(1)).
    """
    if told_at is None and not reason:
        raise Invalid(_("Please say when the authority was told, or why it need not be."))
    if told_at and (told_at > clock.now() or told_at < incident.noticed_at):
        raise Invalid(_("The authority was told between the notice of the incident and now."))
    if told_at and deadline_of(incident.noticed_at, told_at).is_over and not reason:
        raise Invalid(_("After more than 72 hours the reasons for the delay are needed."))
    incident.authority_told_at, incident.authority_reason = told_at, reason
    said = (
        _("The authority was told at %(time)s UTC.", time=f"{told_at:%Y-%m-%d %H:%M}")
        if told_at
        else _("The authority need not be told.")
    )
    add_entry(session, incident, by.email, f"{said} {reason}".strip())


def tell_people(session: Session, incident: Incident, by: Operator) -> None:
    """Have the notice mailed to everybody concerned who is subscribed (Article 34); once."""
    if not incident.people_notice:
        raise Unwritten
    context = {"text": incident.people_notice}
    announce(session, Kind.INCIDENT, about(incident), context, incident.newsletter_ids)
    add_entry(session, incident, by.email, _("The notice to people goes out by mail."))


def show_banner(session: Session, incident: Incident, by: Operator, text: str) -> None:
    """Show these words on the public pages, from now on."""
    if len(text) > LONGEST_BANNER:
        raise Invalid(_("A banner has at most %(most)s characters.", most=LONGEST_BANNER))
    incident.banner = readable(text)
    incident.banner_since = incident.banner_since or clock.now()
    add_entry(session, incident, by.email, _("The banner says: %(words)s", words=incident.banner))


def hide_banner(session: Session, incident: Incident, by: Operator) -> None:
    """Take the banner off the public pages."""
    if incident.banner_since is not None:
        incident.banner_since = None
        add_entry(session, incident, by.email, _("The banner was taken off."))


def add_note(session: Session, incident: Incident, by: Operator, text: str) -> None:
    """Put a line into the log by hand."""
    add_entry(session, incident, by.email, readable(text))


def close_incident(session: Session, incident: Incident, by: Operator) -> None:
    """End it: no clock, no banner. Raises :class:`Unsettled` while the authority is undecided."""
    if not incident.is_settled:
        raise Unsettled
    if incident.closed_at is None:
        hide_banner(session, incident, by)
        incident.closed_at = clock.now()
        add_entry(session, incident, by.email, _("Closed."))


def about(incident: Incident) -> str:
    """What the announcement of an incident is about; its name in the audit trail as well."""
    return f"incident {incident.id}"


def add_entry(session: Session, incident: Incident, actor: str, what: str) -> None:
    """Add a line to the log. Nothing changes or removes one."""
    session.add(IncidentEntry(incident_id=incident.id, actor=actor, what=what))


def _check(facts: Facts) -> None:
    if facts.noticed_at > clock.now():
        raise Invalid(_("It can't have been noticed in the future."))
    if facts.happened_at and facts.happened_at > facts.noticed_at:
        raise Invalid(_("It can't have happened after it was noticed."))
