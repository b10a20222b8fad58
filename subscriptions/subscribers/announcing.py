"""Announcements: one mail to everybody who is subscribed, promised batch by batch.

The wish is a row, written in the transaction of its cause. A job then goes through the people by
their ids; the cursor moves in the transaction that promises their mails, so that whatever is killed
in between, nobody is left out and nobody gets two.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from huey import crontab
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.batches import in_batches
from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.jobs import Job, wake
from subscriptions.core.transactions import after_commit, current_session, unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import many_waiting, wake_delivery
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.announcement_models import Announcement
from subscriptions.subscribers.mails import Recipient, send_announcement, sender_for
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.states import Status

ANNOUNCE = "subscribers.announce"
# With so many mails waiting no more are promised: confirmation mails queue behind them.
MOST_WAITING = 2_000
LONGEST_TEXT = 10_000
PAGE = 50
EVERY_MINUTE = crontab()


class Kind(StrEnum):
    """What is announced; also the template of its mail."""

    LAST_MAIL = "last_mail"
    POLICY_CHANGE = "policy_change"
    INCIDENT = "incident_notice"


class Announced(Conflict):
    """This was announced before."""

    code = "announced"
    message = _("This mail was sent before. It goes out once.")


def announce(
    session: Session,
    kind: Kind,
    about: str,
    context: dict[str, Any],
    newsletter_ids: Sequence[int] = (),
) -> Announcement:
    """Have a mail sent to the active subscribers of these newsletters, or of all; one each.

    Restricted and paused people get it as well: it is a notice and no issue. Pending ones never.
    Raises :class:`Announced` if there is one of this kind about this thing.
    """
    if announcement_of(session, kind, about):
        raise Announced
    made = Announcement(
        kind=kind.value,
        about=about,
        newsletter_ids=list(newsletter_ids),
        context=context,
        last_id=session.scalar(select(func.max(Subscriber.id))) or 0,
    )
    session.add(made)
    session.flush()
    after_commit(session, _wake)
    return made


def readable(text: str) -> str:
    """A text as a mail can carry it, or :class:`Invalid`: some words, no control characters."""
    words = text.replace("\r\n", "\n").strip()
    if not words or len(words) > LONGEST_TEXT:
        raise Invalid(
            _("The text of a mail has 1 to %(most)s characters.", most=LONGEST_TEXT),
        )
    if not all(character.isprintable() or character in "\n\t" for character in words):
        raise Invalid(_("The text of a mail can't have control characters."))
    return words


def announcement_of(session: Session, kind: Kind, about: str) -> Announcement | None:
    """The announcement of this kind about this thing, if it was made."""
    return session.scalar(
        select(Announcement).where(Announcement.kind == kind.value, Announcement.about == about)
    )


def list_announcements(session: Session) -> Sequence[Announcement]:
    """The latest ones, newest first."""
    return session.scalars(select(Announcement).order_by(Announcement.id.desc()).limit(PAGE)).all()


def count_people(session: Session, newsletter_ids: Sequence[int] = ()) -> int:
    """How many people an announcement to these newsletters, or to all, would reach."""
    readers = select(func.count(func.distinct(Subscription.subscriber_id)))
    return session.scalar(readers.where(_reading(newsletter_ids))) or 0


def announce_waiting() -> None:
    """Promise the mails of every announcement that has some left; the job."""
    _count_new()
    for _batch in in_batches(promise_some):
        pass
    wake_delivery()  # whoever wanted to while this job stood in the queue had no place there


def promise_some(session: Session, size: int) -> int:
    """Go through up to ``size`` people of the oldest unfinished announcement, incidents first.

    Returns how many it looked at, or 1 for having come to an end: none left is 0.
    """
    announcement = session.scalar(
        select(Announcement)
        .where(Announcement.finished_at.is_(None))
        .order_by(Announcement.kind != Kind.INCIDENT.value, Announcement.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if announcement is None or many_waiting(session, MOST_WAITING):
        return 0
    people = session.scalars(
        select(Subscriber.id)
        .where(Subscriber.id > announcement.cursor, Subscriber.id <= announcement.last_id)
        .order_by(Subscriber.id)
        .limit(size)
    ).all()
    if not people:
        announcement.finished_at = clock.now()
        return 1
    announcement.queued += _promise(session, announcement, people)
    announcement.cursor = people[-1]
    return len(people)


def _promise(session: Session, announcement: Announcement, people: Sequence[int]) -> int:
    # Locked like everywhere, the subscriber first: who leaves in this moment gets none.
    found = session.execute(
        select(Subscription, Subscriber, Newsletter)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(Subscriber.id.in_(people), _reading(announcement.newsletter_ids))
        .order_by(Subscriber.id, Subscription.id)
        .with_for_update(of=[Subscriber, Subscription])
    )
    # Of several subscriptions the first one speaks: its sender, its links, its language.
    first = {person.id: (mine, person, letter) for mine, person, letter in reversed(found.all())}
    for mine, person, letter in first.values():
        send_announcement(
            session,
            announcement.kind,
            sender_for(letter),
            Recipient(person.id, person.address, mine.reference, mine.epoch, mine.locale),
            announcement.context,
            of_newsletter=announcement.kind == Kind.LAST_MAIL,
        )
    return len(first)


def _reading(newsletter_ids: Sequence[int]) -> ColumnElement[bool]:
    some = Subscription.newsletter_id.in_(newsletter_ids) if newsletter_ids else true()
    return and_(Subscription.status == Status.ACTIVE.value, some)


def _count_new() -> None:
    """Count whom a new announcement is for, outside of the transaction that is kept short."""
    uncounted = current_session().execute(
        select(Announcement.id, Announcement.newsletter_ids).where(
            Announcement.finished_at.is_(None), Announcement.people.is_(None)
        )
    )
    for announcement_id, newsletter_ids in uncounted.all():
        people = count_people(current_session(), newsletter_ids)
        with unit_of_work() as session:
            session.get_one(Announcement, announcement_id).people = people


def _wake() -> None:
    wake(ANNOUNCE)


JOBS = (Job(ANNOUNCE, announce_waiting, every=EVERY_MINUTE),)
