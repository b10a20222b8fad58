"""The notices as they are proposed, from what was recorded: to be read and changed by a human."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from subscriptions.core.personal_data import registry
from subscriptions.core.words import gettext as _
from subscriptions.privacy.incidents.deadline import Deadline
from subscriptions.privacy.incidents.models import Incident
from subscriptions.privacy.incidents.queries import Affected
from subscriptions.privacy.notice.facts import Responsible, controller_of
from subscriptions.privacy.policy import Policy

BLANK = "…"  # for whoever reads the draft to fill in


def sender_of(policy: Policy) -> Responsible:
    """The controller, with the data protection officer as the contact if there is one."""
    named = controller_of(policy)
    officer = policy.data_protection_officer
    contact = f"{officer.name}, {officer.contact}" if officer else named.contact
    return replace(named, contact=contact or named.postal_address or BLANK)


def authority_draft(
    incident: Incident, affected: Affected, deadline: Deadline, policy: Policy
) -> str:
    """The notice to the supervisory authority: everything that Article 33(3) asks for."""
    sender = sender_of(policy)
    parts = [
        (_("To"), policy.supervisory_authority.name),
        (_("From"), f"{sender.name}\n{sender.postal_address}".strip()),
        (_("Contact point for more information"), sender.contact),
        (_("What happened"), f"{incident.title}\n{incident.what}"),
        (_("When"), "\n".join(_times(incident))),
        (_("Data concerned"), "\n".join(_data(incident))),
        (_("People and records concerned, approximately"), "\n".join(_numbers(affected))),
        (_("Likely consequences"), incident.consequences),
        (_("Measures taken or proposed"), incident.measures),
    ]
    if deadline.is_over and incident.authority_told_at is None:
        parts.append((_("Why this comes later than 72 hours"), BLANK))
    title = _("Notification of a personal data breach (GDPR Article 33)")
    return "\n\n".join([title, *(f"{head}:\n{words}" for head, words in parts)])


def people_draft(incident: Incident, policy: Policy) -> str:
    """The notice to the people concerned, in clear and plain language (Article 34(2))."""
    data = ", ".join(_data(incident))
    return "\n\n".join(
        [
            incident.what,
            _("We noticed it on %(day)s. It concerns: %(data)s.", day=_day(incident), data=data),
            f"{_('What this can mean for you:')}\n{incident.consequences}",
            f"{_('What we have done, and what we are doing:')}\n{incident.measures}",
            _("If you have questions: %(contact)s", contact=sender_of(policy).contact),
        ]
    )


def banner_draft(incident: Incident, policy: Policy) -> str:
    """The few words on the public pages."""
    return _(
        "On %(day)s we noticed an incident that may concern your data: %(title)s. "
        "Everybody whom we can reach is told by mail. Questions: %(contact)s",
        day=_day(incident),
        title=incident.title,
        contact=sender_of(policy).contact,
    )


def _times(incident: Incident) -> Iterator[str]:
    happened = _moment(incident.happened_at) if incident.happened_at else _("not known")
    yield _("It happened: %(time)s", time=happened)
    yield _("It was noticed: %(time)s", time=_moment(incident.noticed_at))


def _data(incident: Incident) -> list[str]:
    named = [registry.categories[name].description for name in incident.categories]
    return named or [_("not known yet")]


def _numbers(affected: Affected) -> Iterator[str]:
    yield _("%(people)s people, %(records)s records", **_totals(affected))
    for each in affected.newsletters:
        yield _(
            "%(name)s: %(active)s subscribed, %(pending)s not confirmed, %(ended)s ended",
            name=each.name,
            active=each.active,
            pending=each.pending,
            ended=each.ended,
        )


def _totals(affected: Affected) -> dict[str, int]:
    return {"people": affected.people, "records": affected.records}


def _day(incident: Incident) -> str:
    return incident.noticed_at.date().isoformat()


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
