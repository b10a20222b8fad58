"""What operators do on a person's behalf."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from subscriptions.core.addresses import address_key
from subscriptions.core.errors import Conflict, NotFound
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.ending import Ended, end_subscriptions, erase_person
from subscriptions.subscribers.export_files import forget_exported
from subscriptions.subscribers.mail_cap import count_mails_to, may_mail
from subscriptions.subscribers.mails import (
    Person,
    Recipient,
    Sender,
    send_confirmation,
    sender_for,
)
from subscriptions.subscribers.models import Profile, Subscriber, Subscription
from subscriptions.subscribers.own_data import own_subscription
from subscriptions.subscribers.queries import chosen_topics
from subscriptions.subscribers.restricting import lift_one, restrict_one
from subscriptions.subscribers.rights import correct
from subscriptions.subscribers.states import Event, Status
from subscriptions.subscribers.suppression import refuse_suppressed


class Capped(Conflict):
    """The cap on mails to one address is reached."""

    code = "capped"
    message = _(
        "A mail went out a short while ago, or enough of them today. More would be a nuisance."
    )


class WipeReason(StrEnum):
    """Why a field is emptied. Fixed words: a free text could say what must not be kept."""

    SENSITIVE = "sensitive"
    MISTAKE = "sent by mistake"
    ASKED = "asked for"
    NEEDLESS = "not needed"


def send_confirmation_again(session: Session, newsletter: Newsletter, reference: str) -> None:
    """Mail the confirmation link once more, under the same cap as a repeated sign-up.

    Raises :class:`Conflict` if the subscription is not pending, the address is suppressed or the
    cap is reached, and :class:`NotFound` if it has gone.
    """
    ask_again(session, sender_for(newsletter), _locked(session, newsletter.id, reference))


def ask_again(session: Session, sender: Sender, found: Subscription) -> None:
    """The same for a subscription that is locked with its subscriber.

    Raises :class:`Suppressed` or :class:`Capped` where it is one of these.
    """
    if found.status != Status.PENDING:
        raise Conflict(_("Only a subscription that waits for its confirmation can be asked again."))
    address = session.scalars(
        select(Subscriber.address).where(Subscriber.id == found.subscriber_id)
    ).one()
    refuse_suppressed(session, address_key(address), sender.newsletter_id)
    connection = session.connection()
    if not may_mail(connection, found, count_mails_to(connection, found.subscriber_id)):
        raise Capped
    recipient = Recipient(found.subscriber_id, address, found.reference, found.epoch, found.locale)
    topics = [topic.title for topic in chosen_topics(session, found.id)]
    send_confirmation(session, sender, recipient, topics)


def end_for(session: Session, newsletter_id: int, reference: str) -> Ended:
    """End one subscription at the person's wish; with the last one the person is erased."""
    found = _locked(session, newsletter_id, reference)
    return end_subscriptions(session, found.subscriber_id, [found.id], Event.UNSUBSCRIBED)


def erase_for(session: Session, newsletter_id: int, reference: str) -> Ended:
    """Erase the person at their wish, in every newsletter (GDPR Article 17)."""
    found = _locked(session, newsletter_id, reference)
    return erase_person(session, found.subscriber_id)


def restrict_for(session: Session, newsletter_id: int, reference: str) -> bool:
    """Restrict one subscription at the person's wish (GDPR Article 18); False if it was so.

    Raises :class:`.restricting.NotConfirmed` before it was confirmed.
    """
    return restrict_one(session, _locked(session, newsletter_id, reference))


def lift_restriction_for(session: Session, newsletter_id: int, reference: str) -> bool:
    """Lift that, once the person was told (GDPR Article 18(3)); False if there was none."""
    return lift_one(session, _locked(session, newsletter_id, reference))


def correct_for(
    session: Session,
    newsletter_id: int,
    reference: str,
    locale: str,
    profile: Mapping[str, str],
    *,
    notify: bool,
) -> bool:
    """Put right what one subscription says of its person (GDPR Article 16); return whether it did.

    As :func:`.rights.correct`: a field that ``profile`` leaves out is emptied. Raises
    :class:`NotFound` if the subscription has gone.
    """
    found = _locked(session, newsletter_id, reference)
    own = own_subscription(session, found.subscriber_id, reference)
    address = session.get_one(Subscriber, found.subscriber_id).address
    person = Person(found.subscriber_id, address, found.locale)
    return correct(session, person, own, locale, profile, notify=notify)


def wipe_field(session: Session, newsletter_id: int, reference: str, field: str) -> None:
    """Empty one profile field, such as one with what must not be kept (GDPR Article 9).

    Raises :class:`NotFound` if there is no such field or person. Emptying it again does no harm.
    """
    if field not in PROFILE_FIELDS:
        raise NotFound
    found = _locked(session, newsletter_id, reference)
    mine = Profile.subscription_id == found.id
    session.execute(update(Profile).where(mine).values({field: None}))
    empty = (getattr(Profile, name).is_(None) for name in PROFILE_FIELDS)
    session.execute(delete(Profile).where(mine, *empty))
    forget_exported(session, [(newsletter_id, found.id)])


def _locked(session: Session, newsletter_id: int, reference: str) -> Subscription:
    # Both rows are locked, the subscriber's first, as everywhere: nothing begins anew meanwhile.
    found = session.scalar(
        select(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.newsletter_id == newsletter_id, Subscription.reference == reference)
        .with_for_update(of=[Subscriber, Subscription])
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found
