"""Invites people: each gets the mail of a double opt-in, as if they had signed up (MC2)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from subscriptions.core.addresses import Address
from subscriptions.subscribers.consent import Evidence
from subscriptions.subscribers.mails import Sender
from subscriptions.subscribers.signup import Request, request_subscription
from subscriptions.transfer.importing.candidates import Candidate
from subscriptions.transfer.importing.consented import Grounds


def invite(
    session: Session, sender: Sender, people: Sequence[Candidate], grounds: Grounds
) -> list[Candidate]:
    """Promise the mail to each of these people, none of whom the newsletter knows; return them."""
    # In the order of their keys, so that two imports never wait for each other in a circle.
    for person in sorted(people, key=lambda person: person.key):
        request = Request(
            sender=sender,
            form_id=None,
            wording_hash=grounds.wording_hash,
            topics=person.topics,
            profile=person.profile,
        )
        evidence = Evidence(grounds.source, person.locale)
        request_subscription(session, Address(person.address, person.key), request, evidence)
    return list(people)
