"""What needs somebody's attention, for the overview. Each kind is a function that says so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from flask import url_for
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.job_failures import failed_jobs
from subscriptions.core.words import gettext as _
from subscriptions.core.words import ngettext
from subscriptions.operators.roles import Role
from subscriptions.privacy.enquiries.queries import count_open_enquiries
from subscriptions.privacy.incidents.queries import open_incidents
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.requests.queries import count_pressing
from subscriptions.privacy.retention.ledger import overdue_clauses
from subscriptions.web.admin.access import current_operator
from subscriptions.web.admin.dead_letters import visible_letters
from subscriptions.web.admin.incidents import clock_in_words
from subscriptions.web.admin.webhook_inputs import REASONS
from subscriptions.webhooks.queries import paused_by_itself


class Level(StrEnum):
    """How bad it is; also the name of its look."""

    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that needs attention: a sentence, the things it is about, and where to go."""

    level: Level
    text: str
    things: list[str] = field(default_factory=list)
    url: str = ""
    link: str = ""


def attention(session: Session) -> list[Notice]:
    """Everything that needs the attention of the operator who is signed in; the worst first."""
    return [notice for notices in SOURCES for notice in notices(session)]


def _incidents(session: Session) -> Iterator[Notice]:
    if not current_operator().may(Role.OWNER):
        return
    if open_ones := [f"{i.title}: {clock_in_words(i)}" for i in open_incidents(session)]:
        where = {"url": url_for("admin.incidents"), "link": _("See the incidents")}
        yield Notice(Level.DANGER, _("Open incidents, and their 72 hours:"), open_ones, **where)


def _overdue(session: Session) -> Iterator[Notice]:
    policy = current_policy()
    late = [policy.by_id(name).title for name in overdue_clauses(session, policy, clock.now())]
    if late:
        text = _(
            "Data is held past its time. The job that deletes has not run, or could not finish:"
        )
        yield Notice(Level.DANGER, text, late)


def _jobs(session: Session) -> Iterator[Notice]:
    failed = [f"{failure.job}: {failure.error}" for failure in failed_jobs(session)]
    if failed:
        yield Notice(Level.DANGER, _("Jobs failed within a day. The log says why:"), failed)


def _letters(_session: Session) -> Iterator[Notice]:
    if dead := len(visible_letters()):
        text = ngettext(
            "One mail could not be delivered.", "%(num)s mails could not be delivered.", dead
        )
        yield Notice(
            Level.WARNING, text, url=url_for("admin.dead_letters"), link=_("See the dead letters")
        )


def _requests(session: Session) -> Iterator[Notice]:
    if not current_operator().may(Role.OWNER):
        return
    pressing, where = count_pressing(session), url_for("admin.all_requests")
    if pressing.overdue:
        text = ngettext(
            "One data request is overdue.",
            "%(num)s data requests are overdue.",
            pressing.overdue,
        )
        yield Notice(Level.DANGER, text, url=where, link=_("See the requests"))
    if pressing.due_soon:
        text = ngettext(
            "One data request is due soon.",
            "%(num)s data requests are due soon.",
            pressing.due_soon,
        )
        yield Notice(Level.WARNING, text, url=where, link=_("See the requests"))


def _webhooks(session: Session) -> Iterator[Notice]:
    if not current_operator().may(Role.OWNER):
        return
    for hook in paused_by_itself(session):
        text = _("The webhook for %(recipient)s is paused:", recipient=hook.recipient)
        where = {"url": url_for("admin.webhook", reference=hook.reference), "link": _("See why")}
        yield Notice(Level.WARNING, text, [str(REASONS[hook.paused_why or ""])], **where)


def _enquiries(session: Session) -> Iterator[Notice]:
    if current_operator().may(Role.OWNER) and (waiting := count_open_enquiries(session)):
        text = ngettext(
            "One enquiry waits for an answer.", "%(num)s enquiries wait for an answer.", waiting
        )
        url = url_for("admin.all_enquiries")
        yield Notice(Level.INFO, text, url=url, link=_("See the enquiries"))


SOURCES: tuple[Callable[[Session], Iterator[Notice]], ...] = (
    _incidents,
    _overdue,
    _jobs,
    _requests,
    _letters,
    _webhooks,
    _enquiries,
)
