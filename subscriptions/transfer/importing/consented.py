"""Takes over people who have agreed elsewhere: active at once, each with the evidence (MG7).

Six statements for a batch of any size, two more where there are topics or profiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.bulk import BulkInsert
from subscriptions.core.db import new_reference
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.subscribers.consent import IMPORTED
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.models import (
    ConsentRecord,
    Profile,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from subscriptions.subscribers.preferences import Frequency
from subscriptions.subscribers.states import Event, Status
from subscriptions.transfer.importing.candidates import Candidate

FIELDS = tuple(PROFILE_FIELDS)
UPSERT_SUBSCRIBERS = BulkInsert(
    Subscriber,
    ("address", "address_key"),
    ("created_at",),
    # Setting the key to itself returns the row, and locks it against an erasure.
    lambda insert: insert.on_conflict_do_update(
        index_elements=["address_key"], set_={"address_key": insert.excluded.address_key}
    ).returning(Subscriber.address_key, Subscriber.id),
)
INSERT_SUBSCRIPTIONS = BulkInsert(
    Subscription,
    ("reference", "subscriber_id", "locale", ("requested_at", "confirmed_at", "engaged_at")),
    ("newsletter_id", "epoch", "status", "frequency", "mails"),
    lambda insert: insert.on_conflict_do_nothing(
        index_elements=["subscriber_id", "newsletter_id"]
    ).returning(Subscription.reference, Subscription.id),
)
INSERT_CONSENT = BulkInsert(
    ConsentRecord,
    ("subscription_id", "at", "topics", "locale", "evidence"),
    ("step", "source", "wording_hash"),
)
INSERT_TOPICS = BulkInsert(SubscriptionTopic, ("subscription_id", "topic_id"))
INSERT_PROFILES = BulkInsert(Profile, ("subscription_id", *FIELDS))


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an import rests on, the same for everybody in it."""

    newsletter_id: int
    source: str
    wording_hash: str
    evidence: str


def take_over(session: Session, people: Sequence[Candidate], grounds: Grounds) -> list[Candidate]:
    """Subscribe these people; return those who were not subscribed a moment before.

    No two of them have the same address, and each says when they agreed.
    """
    if not people:
        return []
    connection = session.connection()
    # In the order of their keys, so that two imports never wait for each other in a circle.
    ordered = sorted(people, key=lambda person: person.key)
    ids = dict(
        UPSERT_SUBSCRIBERS.run(
            connection, [(p.address, p.key) for p in ordered], created_at=clock.now()
        ).all()
    )
    named = {new_reference(): person for person in ordered}
    created = dict(
        INSERT_SUBSCRIPTIONS.run(
            connection,
            [
                (reference, ids[person.key], person.locale, person.consented_at)
                for reference, person in named.items()
            ],
            newsletter_id=grounds.newsletter_id,
            epoch=0,
            status=Status.ACTIVE.value,
            frequency=Frequency.EVERY.value,
            mails=0,
        ).all()
    )
    taken = {subscription_id: named[ref] for ref, subscription_id in created.items()}
    _fill(connection, taken, grounds)
    count(connection, grounds.newsletter_id, Event.IMPORTED, len(taken))
    return list(taken.values())


def _fill(connection: Any, taken: dict[int, Candidate], grounds: Grounds) -> None:
    INSERT_CONSENT.run(
        connection,
        [
            (
                subscription_id,
                person.consented_at,
                [topic.slug for topic in person.topics],
                person.locale,
                "\n".join(filter(None, (grounds.evidence, person.evidence))),
            )
            for subscription_id, person in taken.items()
        ],
        step=IMPORTED,
        source=grounds.source,
        wording_hash=grounds.wording_hash,
    )
    topics = [(of, topic.id) for of, person in taken.items() for topic in person.topics]
    if topics:
        INSERT_TOPICS.run(connection, topics)
    profiles = [(of, *map(p.profile.get, FIELDS)) for of, p in taken.items() if p.profile]
    if profiles:
        INSERT_PROFILES.run(connection, profiles)
