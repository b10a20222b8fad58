"""Takes over people who have agreed elsewhere: active at once, each with the evidence (MG7).

A few statements for a batch of any size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.bulk import BulkInsert
from subscriptions.core.db import new_references
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.subscribers.consent import IMPORTED
from subscriptions.subscribers.counters import count
from subscriptions.subscribers.models import Profile, SubscriptionTopic
from subscriptions.subscribers.preferences import Frequency
from subscriptions.subscribers.states import Event, Status
from subscriptions.transfer.importing.candidates import Candidate
from subscriptions.transfer.importing.writing import PersonRow, write_people

FIELDS = tuple(PROFILE_FIELDS)
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
    named = dict(zip(new_references(len(ordered)), ordered, strict=True))
    made = write_people(
        connection,
        [_row(reference, person, grounds) for reference, person in named.items()],
        {
            "created_at": clock.now(),
            "newsletter_id": grounds.newsletter_id,
            "epoch": 0,
            "status": Status.ACTIVE.value,
            "frequency": Frequency.EVERY.value,
            "mails": 0,
            "step": IMPORTED,
            "source": grounds.source,
            "wording_hash": grounds.wording_hash,
        },
    )
    taken = {subscription_id: named[reference] for reference, subscription_id in made.items()}
    _choices(connection, taken)
    count(connection, grounds.newsletter_id, Event.IMPORTED, len(taken))
    return list(taken.values())


def _row(reference: str, person: Candidate, grounds: Grounds) -> PersonRow:
    return PersonRow(
        person.address,
        person.key,
        reference,
        person.locale,
        person.consented_at,
        [topic.slug for topic in person.topics],
        f"{grounds.evidence}\n{person.evidence}" if person.evidence else grounds.evidence,
    )


def _choices(connection: Connection, taken: Mapping[int, Candidate]) -> None:
    chosen = [(of, topic.id) for of, person in taken.items() for topic in person.topics]
    INSERT_TOPICS.run(connection, chosen)
    told = [
        (of, *map(person.profile.get, FIELDS)) for of, person in taken.items() if person.profile
    ]
    INSERT_PROFILES.run(connection, told)
