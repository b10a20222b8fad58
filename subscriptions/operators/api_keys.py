"""Keys for the API: made by owners, shown once, kept as a keyed hash, with scopes and an end.

A key is ``assent_``, the random id of its row and 256 random bits. It looks like nothing else, so
that scanners find one that was published by mistake.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.errors import NotFound
from subscriptions.core.keys import derive_keys
from subscriptions.operators.audit import record
from subscriptions.operators.models import ApiKey, AuditEntry, Operator
from subscriptions.operators.scopes import Scope

HASH_KEYS = "assent_api_hash_keys"
PREFIX = "assent_"
KEY = re.compile(rf"{PREFIX}([\w-]{{22}})([\w-]{{43}})", re.ASCII)
NO_HASH = "0" * 64
READ = "api.subscribers read"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new key is for. Without a newsletter it is for all of them."""

    name: str
    scopes: Sequence[Scope]
    newsletter_id: int | None
    lasts: timedelta


def bind_api_keys(app: Flask, keys: list[str]) -> None:
    """Bind the keys under which the hashes are made."""
    app.extensions[HASH_KEYS] = derive_keys(keys, "api keys")


def make_key(session: Session, actor: Operator, wanted: Wanted) -> str:
    """Make a key and return it; nobody can read it again."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    key = ApiKey(
        reference=new_reference(),
        secret_hash=_hashes(secret)[0],
        name=wanted.name,
        scopes=[scope.value for scope in wanted.scopes],
        newsletter_id=wanted.newsletter_id,
        created_at=now,
        created_by=actor.email,
        expires_at=now + wanted.lasts,
    )
    session.add(key)
    record(
        session,
        actor,
        "api key.made",
        key.actor,
        scopes=key.scopes,
        until=key.expires_at.date().isoformat(),
    )
    return f"{PREFIX}{key.reference}{secret}"


def revoke(session: Session, actor: Operator, reference: str) -> None:
    """Have a key open nothing from now on. :class:`NotFound` without one; again does no harm."""
    key = _by_reference(session, reference)
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        record(session, actor, "api key.revoked", key.actor)


def valid_key(session: Session, text: str) -> ApiKey | None:
    """The key in ``text``, if there is such a one and it is neither over nor revoked.

    A wrong one costs what a right one costs.
    """
    match = KEY.fullmatch(text)
    reference, secret = match.groups() if match else ("", "")
    key = _by_reference(session, reference)
    expected = key.secret_hash if key else NO_HASH
    fits = [hmac.compare_digest(value, expected) for value in _hashes(secret)]
    if key is None or not any(fits) or not is_in_force(key):
        return None
    return key


def is_in_force(key: ApiKey) -> bool:
    """Whether the key opens anything now."""
    return key.revoked_at is None and key.expires_at > clock.now()


def note_use(session: Session, key: ApiKey) -> None:
    """Note that the key was used today."""
    key.last_used_on = clock.today()
    session.add(key)


def reading_is_noted(session: Session, key: ApiKey, newsletter: str) -> bool:
    """Whether the audit trail says already that the key read personal data of it today.

    A walk through a list is many requests. Which of them were made says nothing more.
    """
    today = datetime.combine(clock.today(), time(), UTC)
    noted = select(AuditEntry.id).where(
        AuditEntry.action == READ,
        AuditEntry.actor == key.actor,
        AuditEntry.newsletter == newsletter,
        AuditEntry.at >= today,
    )
    return session.scalar(noted.limit(1)) is not None


def note_reading(session: Session, key: ApiKey, newsletter: str) -> None:
    """Note in the audit trail that the key reads personal data of a newsletter."""
    record(session, key.actor, READ, f"newsletter {newsletter}", newsletter=newsletter)


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Every key, the newest first; those that are over as well, for the trail names them."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()


def _by_reference(session: Session, reference: str) -> ApiKey | None:
    return session.scalar(select(ApiKey).where(ApiKey.reference == reference))


def _hashes(secret: str) -> list[str]:
    """The hash of a secret under each key of the installation that is still known."""
    keys: list[bytes] = current_app.extensions[HASH_KEYS]
    return [hmac.digest(key, secret.encode(), hashlib.sha256).hex() for key in keys]
