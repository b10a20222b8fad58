"""How each category of a subscriber's data is exported and erased."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    delete,
    inspect,
    select,
)
from sqlalchemy.orm import Session

from subscriptions.core.personal_data import Category
from subscriptions.core.statements import DeleteOf, table_of
from subscriptions.core.transactions import Unit
from subscriptions.core.words import mark
from subscriptions.mail.mailbox import forget_recipient
from subscriptions.newsletters.models import Newsletter, Wording
from subscriptions.subscribers.models import (
    ADDRESS,
    CONSENT,
    PROFILE,
    SUBSCRIPTION,
    SUPPRESSION,
    ConsentRecord,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.queries import chosen_topics
from subscriptions.subscribers.rights_models import (
    ADDRESS_CHANGE,
    AddressChange,
    ChannelConsent,
)
from subscriptions.subscribers.suppression import entries_of


def _mine(column: ColumnElement[int] | Any, subscriber_id: int) -> Any:
    own = select(Subscription.id).where(Subscription.subscriber_id == subscriber_id)
    return column.in_(own)


def _rows(session: Session, statement: Select[Any]) -> Sequence[dict[str, Any]]:
    return [
        {
            attribute.key: getattr(row, attribute.key)
            for attribute in inspect(row).mapper.column_attrs
        }
        for row in session.scalars(statement)
    ]


def _export_address(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    return _rows(session, select(Subscriber).where(Subscriber.id == subscriber_id))


def _export_subscriptions(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    mine = Subscription.subscriber_id == subscriber_id
    rows = _rows(session, select(Subscription).where(mine).order_by(Subscription.id))
    return [row | _in_words(session, row) for row in rows]


def _in_words(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    """What the ids of a subscription stand for."""
    newsletter = session.get_one(Newsletter, row["newsletter_id"])
    topics = [topic.title for topic in chosen_topics(session, row["id"])]
    return {"newsletter": newsletter.name, "topics": topics}


def _export_profiles(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    return _rows(session, select(Profile).where(_mine(Profile.subscription_id, subscriber_id)))


def _export_consent(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    mine = _mine(ConsentRecord.subscription_id, subscriber_id)
    rows = _rows(session, select(ConsentRecord).where(mine).order_by(ConsentRecord.id))
    steps = [row | {"wording": _wording(session, row["wording_hash"])} for row in rows]
    channels = _mine(ChannelConsent.subscription_id, subscriber_id)
    return [*steps, *_rows(session, select(ChannelConsent).where(channels))]


def _wording(session: Session, wording_hash: str) -> str:
    return session.get_one(Wording, wording_hash).text


def _export_change(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    return _rows(session, select(AddressChange).where(AddressChange.subscriber_id == subscriber_id))


def _export_suppression(session: Session, subscriber_id: int) -> Sequence[dict[str, Any]]:
    key = session.scalar(select(Subscriber.address_key).where(Subscriber.id == subscriber_id))
    if key is None:
        return []
    return [entry._asdict() for entry in entries_of(session.connection(), key)]


SUBSCRIBERS, SUBSCRIPTIONS = table_of(Subscriber), table_of(Subscription)
TOPICS, PROFILES, RECORDS = (
    table_of(SubscriptionTopic),
    table_of(Profile),
    table_of(ConsentRecord),
)


def _hanging_on_theirs(table: Table) -> DeleteOf:
    """A DELETE of what hangs on somebody's subscriptions."""
    return DeleteOf(
        lambda theirs: delete(table).where(
            table.c.subscription_id.in_(
                select(SUBSCRIPTIONS.c.id).where(theirs(SUBSCRIPTIONS.c.subscriber_id))
            )
        )
    )


ERASE_ADDRESS = DeleteOf(
    lambda theirs: (
        delete(SUBSCRIBERS).where(theirs(SUBSCRIBERS.c.id)).returning(SUBSCRIBERS.c.address)
    )
)
ERASE_SUBSCRIPTIONS = DeleteOf(
    lambda theirs: delete(SUBSCRIPTIONS).where(theirs(SUBSCRIPTIONS.c.subscriber_id))
)
ERASE_TOPICS, ERASE_PROFILES, ERASE_RECORDS = map(_hanging_on_theirs, (TOPICS, PROFILES, RECORDS))


def _erase_address(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    erased = ERASE_ADDRESS.returning(unit.connection(), subscriber_ids)
    for (address,) in erased:
        forget_recipient(address)
    return len(erased)


def _erase_subscriptions(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    ERASE_TOPICS.run(unit.connection(), subscriber_ids)
    return ERASE_SUBSCRIPTIONS.run(unit.connection(), subscriber_ids)


def _erase_profiles(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    return ERASE_PROFILES.run(unit.connection(), subscriber_ids)


def _erase_consent(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    return ERASE_RECORDS.run(unit.connection(), subscriber_ids)


def _erase_change(unit: Unit, subscriber_ids: Sequence[int]) -> int:
    """Nothing by itself: it goes with the subscriber's row, by its foreign key.

    So an unsubscribe pays nothing for what hardly anybody has. Only the local mailbox is asked to
    forget the address that the mail went to.
    """
    if current_app.extensions["assent_settings"].uses_local_mailbox:
        theirs = AddressChange.subscriber_id.in_(subscriber_ids)
        for address in unit.connection().scalars(select(AddressChange.address).where(theirs)):
            forget_recipient(address)
    return 0


def _erase_suppression(_unit: Unit, _subscriber_ids: Sequence[int]) -> int:
    """Nothing: the one category that outlives an erasure (GDPR Articles 17(3)(b) and 21(3)).

    Without the entry, an old list that is imported again would bring back who objected. The notice
    names it; it goes by its own clause, or by the person's new double opt-in.
    """
    return 0


# Those that others hang on come first: they are erased last.
CATEGORIES = (
    Category(ADDRESS, mark("The mail address"), _export_address, _erase_address),
    Category(
        SUBSCRIPTION,
        mark("Subscriptions and their preferences"),
        _export_subscriptions,
        _erase_subscriptions,
    ),
    Category(
        ADDRESS_CHANGE,
        mark("A new address that waits for its confirmation"),
        _export_change,
        _erase_change,
    ),
    Category(PROFILE, mark("Profile fields"), _export_profiles, _erase_profiles),
    Category(CONSENT, mark("Consent records"), _export_consent, _erase_consent),
    Category(
        SUPPRESSION,
        mark("That an address must not be mailed, as a keyed hash"),
        _export_suppression,
        _erase_suppression,
    ),
)
