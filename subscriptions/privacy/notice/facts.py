"""The facts of the notice, gathered from the policy, the settings, the ledger and the versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy.orm import Session

from subscriptions.config import Settings
from subscriptions.core.identity import current_identity
from subscriptions.privacy.policy import Policy, current_policy
from subscriptions.privacy.retention.ledger import last_runs
from subscriptions.privacy.versions import in_force_since


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who is responsible (GDPR Article 13(1)(a)). Address and contact are empty if not set."""

    name: str
    postal_address: str
    contact: str


@dataclass(frozen=True, slots=True)
class Version:
    """A change of the policy; ``in_force_since`` is None for one that was never in force here."""

    date: str
    what: str
    in_force_since: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """All that the notice says. ``versions`` has the newest first."""

    policy: Policy
    controller: Responsible
    last_runs: Mapping[str, date]
    versions: Sequence[Version]
    uses_tls: bool


def notice_in_force(session: Session) -> Notice:
    """The notice of this moment; three small reads."""
    policy, settings = current_policy(), _settings()
    since = in_force_since(session)
    changes = sorted(policy.change, key=lambda change: change.date, reverse=True)
    return Notice(
        policy=policy,
        controller=controller_of(policy),
        last_runs=last_runs(),
        versions=[Version(each.date, each.what, since.get(each.date)) for each in changes],
        uses_tls=settings.is_https,
    )


def controller_of(policy: Policy) -> Responsible:
    """The controller that the policy names, or else the organisation that is set up."""
    named = policy.controller
    if named:
        return Responsible(named.name, named.postal_address, named.contact)
    identity = current_identity()
    return Responsible(identity.organisation, identity.postal_address, identity.privacy_contact)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["assent_settings"]
    return settings
