"""Consent records: who agreed to which words, when, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, delete, insert

from subscriptions.core import clock
from subscriptions.core.statements import Prepared, table_of
from subscriptions.subscribers.models import ConsentRecord

REQUESTED = "requested"
CONFIRMED = "confirmed"
IMPORTED = "imported"  # given elsewhere; an operator named the evidence
OPT_IN = (REQUESTED, CONFIRMED, IMPORTED)  # what a subscription rests on
# What may come later: another address, and consent to be reached in other ways than mail.
READDRESSED = "address"
GIVEN = "given"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is recorded of the moment of consent, already cut down to what the policy allows.

    ``client_address`` is a network such as ``192.0.2.0/24`` where truncated; ``source`` is
    ``form:<slug>``, how an operator was asked, such as ``operator: telephone``, or
    ``import:<reference>``.
    """

    source: str
    locale: str
    client_address: str | None = None
    user_agent: str | None = None


CONSENT_RECORDS = table_of(ConsentRecord)
INSERT = Prepared(insert(CONSENT_RECORDS))
FORGET = Prepared(
    delete(CONSENT_RECORDS).where(
        CONSENT_RECORDS.c.subscription_id == bindparam("of"),
        CONSENT_RECORDS.c.step == bindparam("of_step"),
        CONSENT_RECORDS.c.at > bindparam("since"),
    )
)
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def record_consent(
    connection: Connection,
    subscription_id: int,
    step: str,
    wording_hash: str,
    topics: Sequence[str],
    evidence: Evidence,
) -> None:
    """Add the record of one step."""
    parameters = {
        "subscription_id": subscription_id,
        "step": step,
        "at": clock.now(),
        "source": evidence.source,
        "wording_hash": wording_hash,
        "topics": list(topics),
        "locale": evidence.locale,
        "client_address": evidence.client_address,
        "user_agent": evidence.user_agent,
    }
    INSERT.run(connection, parameters)


def forget_request(
    connection: Connection, subscription_id: int, since: datetime | None = None
) -> None:
    """Drop the record of a request that a newer one replaces before either was confirmed.

    ``since`` is when the subscription had ended that is asked for anew, if a clause keeps it.
    """
    parameters = {"of": subscription_id, "of_step": REQUESTED, "since": since or EVER}
    FORGET.run(connection, parameters)
