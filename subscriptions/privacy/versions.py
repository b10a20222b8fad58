"""Which policies were in force here, and since when."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core.statements import upsert
from subscriptions.privacy.models import PolicyVersion
from subscriptions.privacy.policy.loading import AcceptedPolicy

NOTE = upsert(
    PolicyVersion, lambda insert: insert.on_conflict_do_nothing(index_elements=["sha256"])
)


def note_version(session: Session, accepted: AcceptedPolicy, now: datetime) -> None:
    """Write down that a policy is in force since ``now``; one that is known keeps its moment.

    Several processes may do that at once.
    """
    parameters = {
        "sha256": accepted.fingerprint,
        "version": accepted.policy.version,
        "text": accepted.text,
        "in_force_since": now,
    }
    NOTE.run(session.connection(), parameters)


def in_force_since(session: Session) -> dict[str, datetime]:
    """When each version came into force here, whatever of its text was mended since."""
    first = func.min(PolicyVersion.in_force_since).label("first")
    rows = session.execute(select(PolicyVersion.version, first).group_by(PolicyVersion.version))
    return {row.version: row.first for row in rows}
