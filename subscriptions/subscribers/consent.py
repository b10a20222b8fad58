"""Consent records: who agreed to which words, when, from where."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.subscribers.models import ConsentRecord

REQUESTED = "requested"
CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is recorded of the moment of consent, already cut down to what the policy allows.

    ``client_address`` is a network such as ``192.0.2.0/24`` where truncated; ``source`` is
    ``form:<slug>`` or ``operator``.
    """

    source: str
    locale: str
    client_address: str | None = None
    user_agent: str | None = None


def record_consent(
    session: Session,
    subscription_id: int,
    step: str,
    wording_hash: str,
    topics: Sequence[str],
    evidence: Evidence,
) -> None:
    """Add the record of one step."""
    session.execute(
        insert(ConsentRecord).values(
            subscription_id=subscription_id,
            step=step,
            at=clock.now(),
            source=evidence.source,
            wording_hash=wording_hash,
            topics=list(topics),
            locale=evidence.locale,
            client_address=evidence.client_address,
            user_agent=evidence.user_agent,
        )
    )


def forget_request(session: Session, subscription_id: int) -> None:
    """Drop the record of a request that a newer one replaces before either was confirmed."""
    session.execute(
        delete(ConsentRecord).where(
            ConsentRecord.subscription_id == subscription_id, ConsentRecord.step == REQUESTED
        )
    )
