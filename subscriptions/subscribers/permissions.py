"""Consents beside mail: a row each, given and withdrawn with a record of the words."""

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.statements import table_of, upsert
from subscriptions.newsletters.operations import keep_wording
from subscriptions.subscribers.consent import GIVEN, WITHDRAWN, Evidence, record_consent
from subscriptions.subscribers.rights_models import ChannelConsent

CONSENTS = table_of(ChannelConsent)
THIS_ONE = (
    CONSENTS.c.subscription_id == bindparam("of"),
    CONSENTS.c.channel == bindparam("of_kind"),
)
GIVE = upsert(
    ChannelConsent,
    lambda insert: insert.on_conflict_do_nothing(
        index_elements=["subscription_id", "channel"]
    ).returning(CONSENTS.c.channel),
)
WITHDRAW = delete(CONSENTS).where(*THIS_ONE)


def choose(
    session: Session,
    subscription_id: int,
    kind: str,
    words: str,
    evidence: Evidence,
    *,
    given: bool,
) -> bool:
    """Give or withdraw one consent; recorded with its words if that is a change. Returns whether.

    ``words`` are what the page says beside the box, in its language.
    """
    changed = (
        _give(session, subscription_id, kind)
        if given
        else _withdraw(session, subscription_id, kind)
    )
    if changed:
        step = GIVEN if given else WITHDRAWN
        wording = keep_wording(session, words)
        record_consent(session.connection(), subscription_id, step, wording.hash, [], evidence)
    return changed


def permissions_of(session: Session, subscription_id: int) -> frozenset[str]:
    """What was agreed to and not withdrawn."""
    given = select(CONSENTS.c.channel).where(CONSENTS.c.subscription_id == subscription_id)
    return frozenset(session.connection().scalars(given))


def _give(session: Session, subscription_id: int, kind: str) -> bool:
    row = {"subscription_id": subscription_id, "channel": kind, "given_at": clock.now()}
    return GIVE.value(session.connection(), row) is not None


def _withdraw(session: Session, subscription_id: int, kind: str) -> bool:
    of = {"of": subscription_id, "of_kind": kind}
    return session.connection().execute(WITHDRAW, of).rowcount > 0
