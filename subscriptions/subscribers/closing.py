"""Closing a newsletter with a last mail to its subscribers.

Under a policy that erases at closing, the mail needs the address that the purge wants. So closing
takes two moments: at the first no more sign-ups are taken and the mails are promised, at the second
they are out, the newsletter is over and its clause begins. Who leaves in between gets none.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict
from subscriptions.core.jobs import Job
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.models import OutboxMessage
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.subscribers.announcement_models import Announcement
from subscriptions.subscribers.announcing import EVERY_MINUTE, Kind, announce, readable

END = "subscribers.end_closings"
# A mail is given up after two days; a mail server that stays away must not keep the addresses.
LONGEST = timedelta(days=3)


class ClosedAlready(Conflict):
    """A last mail is wanted for a newsletter that has closed."""

    code = "closed_already"
    message = _("The newsletter is closed already.")


def close(session: Session, slug: str, last_mail: str = "") -> Newsletter:
    """Close a newsletter, with a last mail to its subscribers if there is a text for it.

    Raises :class:`ClosedAlready` if it has closed and there is a text, and :class:`Invalid` if the
    text can't be one.
    """
    if not last_mail.strip():
        return close_newsletter(session, slug)
    text = readable(last_mail)
    before = session.scalar(select(Newsletter.closed_at).where(Newsletter.slug == slug))
    if before is not None:
        raise ClosedAlready
    newsletter = close_newsletter(session, slug, last_mail_follows=True)
    announce(session, Kind.LAST_MAIL, about(newsletter), {"text": text}, [newsletter.id])
    return newsletter


def about(newsletter: Newsletter) -> str:
    """What the announcement of its last mail is about."""
    return f"newsletter {newsletter.slug}"


def end_closings() -> None:
    """Note of closed newsletters that they are over, their last mails being out; the job."""
    with unit_of_work() as session:
        now = clock.now()
        ended = session.scalars(
            update(Newsletter)
            .where(
                Newsletter.closed_at.is_not(None),
                Newsletter.over_at.is_(None),
                or_(Newsletter.closed_at <= now - LONGEST, ~_has_last_mails_left()),
            )
            .values(over_at=now)
            .returning(Newsletter.slug)
        ).all()
        names = [f"newsletter {slug}" for slug in ended]
        session.execute(
            update(Announcement)
            .where(Announcement.kind == Kind.LAST_MAIL.value, Announcement.about.in_(names))
            .values(finished_at=func.coalesce(Announcement.finished_at, now))
        )


def _has_last_mails_left() -> ColumnElement[bool]:
    unfinished = exists().where(
        Announcement.kind == Kind.LAST_MAIL.value,
        Announcement.about == "newsletter " + Newsletter.slug,
        Announcement.finished_at.is_(None),
    )
    waiting = exists().where(
        OutboxMessage.template == Kind.LAST_MAIL.value,
        OutboxMessage.newsletter_id == Newsletter.id,
        OutboxMessage.dead_at.is_(None),
    )
    return or_(unfinished, waiting)


JOBS = (Job(END, end_closings, every=EVERY_MINUTE),)
