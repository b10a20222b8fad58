"""A change of address: asked for behind a manage link, confirmed by a mail to the new address.

The new address is not looked up when it is asked for, so that nobody learns whose it is: whether
it is taken shows only to whoever can read its mail.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.addresses import Address
from subscriptions.core.db import new_reference
from subscriptions.core.errors import Conflict, Gone, Invalid
from subscriptions.core.statements import table_of
from subscriptions.core.tokens import Reference
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.mail.outbox import forget_all_queued
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import keep_wording
from subscriptions.subscribers.consent import READDRESSED, Evidence, record_consent
from subscriptions.subscribers.export_files import forget_exported_of
from subscriptions.subscribers.mail_cap import is_capped, one_more
from subscriptions.subscribers.mails import (
    Person,
    Recipient,
    send_address_change,
    send_confirmation,
    sender_for,
    tell_address_changed,
)
from subscriptions.subscribers.manage_link import LOCALE, Owner
from subscriptions.subscribers.models import Subscriber, Subscription
from subscriptions.subscribers.queries import chosen_topics
from subscriptions.subscribers.rights_models import AddressChange, ManageLink
from subscriptions.subscribers.states import Status
from subscriptions.subscribers.suppression import lift_for

CHANGE_WITHIN = timedelta(hours=24)

SUBSCRIBERS, CHANGES = table_of(Subscriber), table_of(AddressChange)
FIND = (
    select(
        SUBSCRIBERS.c.id,
        SUBSCRIBERS.c.address.label("old_address"),
        LOCALE,
        CHANGES.c.address,
        CHANGES.c.address_key,
    )
    .join(CHANGES, CHANGES.c.subscriber_id == SUBSCRIBERS.c.id)
    .where(CHANGES.c.reference == bindparam("of_reference"))
)
FIND_LOCKED = FIND.with_for_update(of=[SUBSCRIBERS, CHANGES])


class SameAddress(Invalid):
    """The new address is the one that we have."""

    message = _("This is the address that we have.")


class MailedEnough(Conflict):
    """The cap on mails to new addresses is reached."""

    message = _("A mail went out a short while ago, or three today. Please try again later.")


class AddressTaken(Conflict):
    """The new address has subscriptions of its own. For the eyes of its owner only."""

    code = "address_taken"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that waits for its confirmation."""

    subscriber_id: int
    old_address: str
    locale: str
    new: Address


def ask_for_change(session: Session, owner: Owner, new: Address) -> None:
    """Mail the new address a link that confirms it; another one that waits is replaced.

    Raises :class:`SameAddress`, and :class:`MailedEnough` under the cap of sign-ups.
    """
    if new.key == owner.address.key:
        raise SameAddress
    now = clock.now()
    change = session.get(AddressChange, owner.id, populate_existing=True)
    if change is None:
        change = AddressChange(subscriber_id=owner.id)
    elif is_capped(change, now):
        raise MailedEnough
    values: dict[str, Any] = {
        "reference": new_reference(),
        "address": new.display,
        "address_key": new.key,
        "asked_at": now,
        **one_more(change, now),
    }
    for name, value in values.items():
        setattr(change, name, value)
    session.add(change)
    session.flush()
    person = Person(owner.id, new.display, owner.locale)
    send_address_change(session, person, change.reference, CHANGE_WITHIN)


def find_change(session: Session, reference: Reference, *, lock: bool = False) -> Change:
    """The change that a genuine link speaks of; :class:`Gone` if it is done, replaced or over."""
    statement = FIND_LOCKED if lock else FIND
    row = session.connection().execute(statement, {"of_reference": reference.id}).one_or_none()
    if row is None:
        raise Gone
    return Change(row.id, row.old_address, row.locale, Address(row.address, row.address_key))


def waiting_change(session: Session, owner: Owner) -> str | None:
    """The new address that somebody asked for, while its link works."""
    since = clock.now() - CHANGE_WITHIN
    return session.scalar(
        select(AddressChange.address).where(
            AddressChange.subscriber_id == owner.id, AddressChange.asked_at > since
        )
    )


def wording() -> str:
    """The words beside the button that confirms a new address, in the language of the page."""
    return gettext("Yes, this is my address. Please send what I subscribed to here from now on.")


def change_address(session: Session, change: Change, evidence: Evidence) -> None:
    """Replace the address. Links to manage from before lead nowhere; those to leave still work.

    What waits for its confirmation is asked again, at the new address. Raises
    :class:`AddressTaken`, and then nothing was changed.
    """
    connection = session.connection()
    _replace(connection, change)
    forget_all_queued(session, change.subscriber_id)
    connection.execute(delete(CHANGES).where(CHANGES.c.subscriber_id == change.subscriber_id))
    _begin_links_anew(session, change.subscriber_id)
    forget_exported_of(session, change.subscriber_id)
    words = keep_wording(session, wording()).hash
    for subscription, newsletter in _all_of(session, change.subscriber_id):
        if subscription.status == Status.PENDING:
            _ask_again(session, change, subscription, newsletter)
            continue
        slugs = [topic.slug for topic in chosen_topics(session, subscription.id)]
        record_consent(connection, subscription.id, READDRESSED, words, slugs, evidence)
        lift_for(connection, change.new.key, newsletter.id)
    tell_address_changed(session, change.old_address, change.locale)


def _replace(connection: Connection, change: Change) -> None:
    new = {"address": change.new.display, "address_key": change.new.key}
    replacing = update(SUBSCRIBERS).where(SUBSCRIBERS.c.id == change.subscriber_id).values(new)
    try:
        with connection.begin_nested():
            connection.execute(replacing)
    except IntegrityError:
        raise AddressTaken from None


def _begin_links_anew(session: Session, subscriber_id: int) -> None:
    fresh = {"reference": new_reference(), "mailed_at": None, "mails_on": None, "mails": 0}
    session.execute(
        update(ManageLink).where(ManageLink.subscriber_id == subscriber_id).values(fresh)
    )


def _all_of(session: Session, subscriber_id: int) -> list[tuple[Subscription, Newsletter]]:
    rows = session.execute(
        select(Subscription, Newsletter)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(Subscription.id)
        .with_for_update(of=Subscription)
    )
    return [(subscription, newsletter) for subscription, newsletter in rows]


def _ask_again(
    session: Session, change: Change, subscription: Subscription, newsletter: Newsletter
) -> None:
    # The link in the old mailbox must not subscribe the new one.
    subscription.epoch += 1
    session.flush()
    recipient = Recipient(
        change.subscriber_id,
        change.new.display,
        subscription.reference,
        subscription.epoch,
        subscription.locale,
    )
    topics = [topic.title for topic in chosen_topics(session, subscription.id)]
    send_confirmation(session, sender_for(newsletter), recipient, topics)
