"""The notice for machines."""

from typing import Any

from subscriptions.privacy.notice.facts import Notice, Version
from subscriptions.privacy.policy import Clause


def document_of(notice: Notice) -> dict[str, Any]:
    """The notice as plain values; times are ISO 8601, periods ISO 8601 durations.

    What is not known is None: a contact that nobody has set, a version that was never in force
    here, a clause that has not run yet.
    """
    policy, controller = notice.policy, notice.controller
    said = policy.model_dump(
        mode="json",
        include={"version", "location", "channels", "recording", "tracking", "requests"},
    )
    officer = policy.data_protection_officer
    return said | {
        "controller": {
            "name": controller.name,
            "postal_address": controller.postal_address or None,
        },
        "contact": controller.contact or None,
        "dpo": officer.model_dump(mode="json") if officer else None,
        "authority": policy.supervisory_authority.model_dump(mode="json"),
        "recipients": [each.model_dump(mode="json") for each in policy.recipient],
        "clauses": [_clause(notice, clause) for clause in policy.clauses],
        "versions": [_version(each) for each in notice.versions],
    }


def _clause(notice: Notice, clause: Clause) -> dict[str, Any]:
    ran = notice.last_runs.get(clause.id)
    return clause.model_dump(mode="json") | {"last_run": ran.isoformat() if ran else None}


def _version(version: Version) -> dict[str, Any]:
    since = version.in_force_since
    return {
        "date": version.date,
        "what": version.what,
        "in_force_since": since.isoformat() if since else None,
    }
