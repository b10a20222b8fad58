"""What somebody does about their own data behind a manage link (GDPR Articles 16 to 21).

``notify`` says that the policy wants the person told by mail.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import forget_queued
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.subscribers.ending import Ended, erase_person
from subscriptions.subscribers.export_files import forget_exported_of
from subscriptions.subscribers.mails import Person, tell_changed, tell_erased
from subscriptions.subscribers.manage_link import Owner
from subscriptions.subscribers.models import Profile, Subscription
from subscriptions.subscribers.own_data import OwnSubscription
from subscriptions.subscribers.states import Status
from subscriptions.subscribers.suppressing import suppress
from subscriptions.subscribers.suppression import Reason


class NothingToRestrict(Conflict):
    """There is no confirmed subscription whose use could be restricted."""

    code = "nothing_to_restrict"
    message = _(
        "Nothing of yours was confirmed yet, so nothing is sent to you, and what you signed up "
        "for is erased by itself."
    )


def correct(
    session: Session,
    person: Person,
    own: OwnSubscription,
    locale: str,
    profile: Mapping[str, str],
    *,
    notify: bool = False,
) -> bool:
    """Put right what one subscription says of its person; return whether anything changed.

    ``profile`` is all of it: a field of ``own`` that it leaves out is emptied (Article 16).
    """
    wanted = {name: profile[name] for name in own.fields if profile.get(name)}
    if (locale, wanted) == (own.locale, own.profile):
        return False
    session.execute(update(Subscription).where(Subscription.id == own.id).values(locale=locale))
    session.execute(delete(Profile).where(Profile.subscription_id == own.id))
    forget_exported_of(session, own.subscriber_id)
    if wanted:
        values = dict.fromkeys(PROFILE_FIELDS) | wanted
        session.add(Profile(subscription_id=own.id, **values))
        session.flush()
    if notify:
        tell_changed(session, replace(person, locale=locale))
    return True


def restrict(session: Session, owner: Owner) -> None:
    """Keep the data of everything confirmed and send nothing, until lifted (Article 18).

    Raises :class:`NothingToRestrict` if nothing was confirmed.
    """
    mine = Subscription.subscriber_id == owner.id, Subscription.status == Status.ACTIVE.value
    newsletters = session.scalars(select(Subscription.newsletter_id).where(*mine)).all()
    if not newsletters:
        raise NothingToRestrict
    session.execute(
        update(Subscription)
        .where(*mine, Subscription.restricted_at.is_(None))
        .values(restricted_at=clock.now())
    )
    forget_queued(session, owner.id, newsletters)
    forget_exported_of(session, owner.id)


def lift_restriction(session: Session, owner: Owner) -> None:
    """Let the newsletters be sent again."""
    session.execute(
        update(Subscription)
        .where(Subscription.subscriber_id == owner.id)
        .values(restricted_at=None)
    )


def erase(session: Session, owner: Owner, *, notify: bool = False) -> Ended:
    """End everything and erase the person, as the last unsubscribe does (Article 17)."""
    ended = erase_person(session, owner.id)
    if notify:
        tell_erased(session, owner.address.display, owner.locale)
    return ended


def object_to_everything(session: Session, owner: Owner, *, notify: bool = False) -> Ended:
    """Erase the person and never mail the address again (Article 21).

    What stays is the keyed hash that makes the second part possible.
    """
    ended = erase(session, owner, notify=notify)
    suppress(session, owner.address, Reason.OBJECTION)
    return ended
