"""Tables of the operators: accounts, sessions, roles, keys, the audit trail.

Flask-Security works on the accounts through its ``UserMixin`` and ``RoleMixin``. The columns are
our own: its ready-made tables would add telephone numbers and client addresses, which we don't
want to hold.
"""

from datetime import date, datetime
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from subscriptions.core import clock
from subscriptions.core.db import Base, BigId, UtcDateTime, reference_column
from subscriptions.operators.roles import Role

# What a passkey is for, in Flask-Security's words: instead of the password, or after it.
INSTEAD, AFTER = "first", "secondary"

operator_roles = Table(
    "operator_roles",
    Base.metadata,
    Column("operator_id", BigId, ForeignKey("operators.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", BigId, ForeignKey("roles.id"), primary_key=True),
)


class OperatorRole(Base, RoleMixin):
    """A role as Flask-Security knows it; the three rows come with the migration."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)


class Operator(Base, UserMixin):
    """An account. Without a password it was invited and not set up yet.

    ``email`` is kept in the form under which addresses are compared. ``fs_uniquifier`` is what a
    session holds: a new password makes a new one and so ends all sessions. ``setup_epoch`` counts
    invitations, so that only the newest link works. ``needs_passkey`` says that the password alone
    does not open it, for as long as there is a passkey instead of the password.
    """

    __tablename__ = "operators"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    setup_epoch: Mapped[int] = mapped_column(default=0)
    needs_passkey: Mapped[bool] = mapped_column(default=False)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(500))
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(64), unique=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    roles: Mapped[list[OperatorRole]] = relationship(  # type: ignore[assignment]
        secondary=operator_roles
    )
    newsletter_roles: Mapped[list["NewsletterRole"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def has_second_step(self) -> bool:
        """Whether the password alone doesn't sign in: it takes an app's code or a passkey too."""
        passkey = self.needs_passkey and self.has_passkey_instead
        return self.has_step_after_password or passkey

    @property
    def has_step_after_password(self) -> bool:
        """Whether an app's code or a passkey is asked for after the password."""
        return bool(self.tf_primary_method) or any(one.usage == AFTER for one in self.webauthn)

    @property
    def has_passkey_instead(self) -> bool:
        """Whether a passkey can take the place of the password."""
        return any(one.usage == INSTEAD for one in self.webauthn)

    @property
    def role(self) -> Role | None:
        """The role for every newsletter; None if there are only those of certain ones."""
        return Role(self.roles[0].name) if self.roles else None

    def role_on(self, newsletter_id: int) -> Role | None:
        """The higher of the role for every newsletter and the one for this newsletter."""
        own = [Role(r.role) for r in self.newsletter_roles if r.newsletter_id == newsletter_id]
        held = own + ([self.role] if self.role else [])
        return max(held, key=list(Role).index, default=None)

    def may(self, role: Role, newsletter_id: int | None = None) -> bool:
        """Whether the operator may do what ``role`` may: everywhere, or on one newsletter."""
        held = self.role if newsletter_id is None else self.role_on(newsletter_id)
        return held is not None and held.includes(role)

    def may_somewhere(self, role: Role) -> bool:
        """Whether the operator may do what ``role`` may on one newsletter at least."""
        return self.may(role) or any(self.may(role, r.newsletter_id) for r in self.newsletter_roles)


class Passkey(Base, WebAuthnMixin):
    """The public half of a passkey. The columns have the names that Flask-Security knows.

    ``usage`` is one of :data:`INSTEAD` and :data:`AFTER`.
    """

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("operator_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(10))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    lastuse_datetime: Mapped[datetime] = mapped_column(UtcDateTime)

    def get_user_mapping(self) -> dict[str, Any]:
        """Whose it is, as Flask-Security asks for accounts."""
        return {"id": self.operator_id}


class OperatorSession(Base):
    """A browser in which an operator is signed in; the row goes when the session ends.

    ``reference`` is in the signed cookie. ``client_address`` and ``browser`` are for the operator
    to recognise it by: a network, never the whole address, and the family of the browser.
    """

    __tablename__ = "operator_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    operator_id: Mapped[int] = mapped_column(
        ForeignKey("operators.id", ondelete="CASCADE"), index=True
    )
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    client_address: Mapped[str | None] = mapped_column(String(45))
    browser: Mapped[str | None] = mapped_column(String(20))


class NewsletterRole(Base):
    """A role for one newsletter: viewer or editor."""

    __tablename__ = "newsletter_roles"
    __table_args__ = (Index(None, "newsletter_id"),)

    operator_id: Mapped[int] = mapped_column(
        ForeignKey("operators.id", ondelete="CASCADE"), primary_key=True
    )
    newsletter_id: Mapped[int] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20))


class ApiKey(Base):
    """A key for the API: for one newsletter or, without, for all of them.

    ``reference`` is the part of the key that finds this row. Of the other part only a keyed hash
    is here. ``last_used_on`` is a day: finer would be a diary of whoever runs the other machine.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    secret_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(40))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletters.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(320))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def actor(self) -> str:
        """The key as the audit trail names it."""
        return f"API key {self.name} ({self.reference[:8]})"


class TeamRules(Base):
    """What holds for every operator; one row, or none while nothing was decided."""

    __tablename__ = "team_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    second_factor: Mapped[bool]


class AuditEntry(Base):
    """Who did what, when, to which thing. Written with the change, never changed.

    ``operator_id`` and ``actor`` stay when the account goes. ``newsletter`` is a slug. Of
    subscribers nothing is kept but their subscription's random id. ``seal`` chains the entry to
    the one before, see :mod:`subscriptions.operators.sealing`; the oldest ones have none.
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    operator_id: Mapped[int | None] = mapped_column(BigId, index=True)
    actor: Mapped[str] = mapped_column(String(320))
    action: Mapped[str] = mapped_column(String(60), index=True)
    object: Mapped[str] = mapped_column(String(200), index=True)
    newsletter: Mapped[str | None] = mapped_column(String(60), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    key_id: Mapped[str | None] = mapped_column(String(8))
    seal: Mapped[str | None] = mapped_column(String(64))
