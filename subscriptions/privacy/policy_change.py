"""Telling everybody who is subscribed what a new version of the policy has changed."""

from typing import Any

from sqlalchemy.orm import Session

from subscriptions.privacy.policy import Policy
from subscriptions.privacy.policy.model import Change
from subscriptions.subscribers.announcement_models import Announcement
from subscriptions.subscribers.announcing import Kind, announce, announcement_of


def latest_change(policy: Policy) -> Change:
    """What the newest version changed; of several of one day, what the file says first."""
    return max(policy.change, key=lambda change: change.date)


def announce_change(session: Session, policy: Policy) -> Announcement:
    """Have the latest change mailed; :class:`Announced` if this version's was."""
    return announce(session, Kind.POLICY_CHANGE, about(policy), context_of(policy))


def announced_change(session: Session, policy: Policy) -> Announcement | None:
    """The announcement of this version, if it was made."""
    return announcement_of(session, Kind.POLICY_CHANGE, about(policy))


def about(policy: Policy) -> str:
    """What the announcement of a version is about."""
    return f"policy {policy.version}"


def context_of(policy: Policy) -> dict[str, Any]:
    """What the template of the mail needs."""
    return {"day": policy.version, "what": latest_change(policy).what}
