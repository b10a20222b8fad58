"""Who runs the newsletters, and from which address they are sent.

The environment says so, or else what an owner has stored in the admin. Pages, mails and the notice
ask for it all the time, so a process remembers it and looks again every other second; what the
environment says in full is never looked for.
"""

from collections.abc import Mapping
from typing import NamedTuple

from flask import Flask, current_app
from pydantic import ValidationError
from sqlalchemy import Connection, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from subscriptions.config import Settings
from subscriptions.core.db import Base, BigId
from subscriptions.core.errors import Invalid
from subscriptions.core.looking import Remembered
from subscriptions.core.statements import Prepared, table_of, upsert
from subscriptions.core.transactions import after_commit
from subscriptions.core.words import lazy_gettext as _

IDENTITY = "assent_identity"
FIELDS = ("organisation", "postal_address", "privacy_contact", "mail_from")


class StoredIdentity(Base):
    """What an owner has stored; one row, or none yet. Empty means: not said here."""

    __tablename__ = "stored_identity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation: Mapped[str] = mapped_column(String(200), default="")
    postal_address: Mapped[str] = mapped_column(String(500), default="")
    privacy_contact: Mapped[str] = mapped_column(String(320), default="")
    mail_from: Mapped[str] = mapped_column(String(320), default="")


class Identity(NamedTuple):
    """The name of the organisation, its postal address, its contact for privacy, and the sender.

    Address and contact are empty if nobody has said them.
    """

    organisation: str
    postal_address: str
    privacy_contact: str
    sender: str


class NotAccepted(Invalid):
    """A value that the settings would refuse as well; ``field`` is whose."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(ADDRESS if field == "mail_from" else TEXT)


ADDRESS = _("Please enter an e-mail address, like name@example.org.")
TEXT = _("Please write one line, and no more than fits on an envelope.")


ONLY = 1  # the id of the one row
STORED = table_of(StoredIdentity)
READ = Prepared(select(*(STORED.c[name] for name in FIELDS)))
STORE = upsert(
    StoredIdentity,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["id"], set_={name: insert.excluded[name] for name in FIELDS}
    ),
)


class IdentityInForce:
    """The identity in force, as this process knows it."""

    def __init__(self, settings: Settings) -> None:
        self.fixed = settings.model_fields_set.intersection(FIELDS)
        self._settings, self._of_environment = settings, _identity(settings)
        self._stored = Remembered(self._of_environment, self._look)

    def current(self) -> Identity:
        """The identity. Where the environment says all of it, nothing is looked up."""
        return self._of_environment if len(self.fixed) == len(FIELDS) else self._stored.current()

    def look_again(self) -> None:
        """Have the next one who asks look into the store."""
        self._stored.look_again()

    def _look(self, connection: Connection) -> Identity:
        row = READ.first(connection, {}) or ()
        stored = {name: value for name, value in zip(FIELDS, row, strict=False) if value}
        open_ones = {name: value for name, value in stored.items() if name not in self.fixed}
        return _identity(self._settings.model_copy(update=open_ones))


def bind_identity(app: Flask, settings: Settings) -> None:
    """Let this application know who it speaks for."""
    app.extensions[IDENTITY] = IdentityInForce(settings)


def current_identity() -> Identity:
    """Who the current application speaks for."""
    return _remembered().current()


def fixed_by_the_environment() -> frozenset[str]:
    """Those of :data:`FIELDS` that the environment says, so that nothing stored counts."""
    return frozenset(_remembered().fixed)


def stored_identity(session: Session) -> dict[str, str]:
    """What is stored of :data:`FIELDS`, whether it counts or not."""
    row = READ.first(session.connection(), {}) or [""] * len(FIELDS)
    return dict(zip(FIELDS, row, strict=True))


def store_identity(session: Session, **values: str) -> None:
    """Store some of :data:`FIELDS`; an empty one is no longer said here.

    Raises :class:`NotAccepted` for what would be refused in the environment as well.
    """
    checked = _checked({name: value for name, value in values.items() if value})
    emptied = dict.fromkeys(values, "")
    row = {"id": ONLY, **stored_identity(session), **emptied, **checked}
    STORE.run(session.connection(), row)
    after_commit(session, _remembered().look_again)


def _checked(values: Mapping[str, str]) -> dict[str, str]:
    try:
        accepted = Settings.model_validate(values)
    except ValidationError as error:
        raise NotAccepted(str(error.errors()[0]["loc"][0])) from None
    return {name: getattr(accepted, name) for name in values}


def _identity(settings: Settings) -> Identity:
    return Identity(
        settings.organisation,
        settings.postal_address,
        settings.privacy_contact,
        settings.sender,
    )


def _remembered() -> IdentityInForce:
    remembered: IdentityInForce = current_app.extensions[IDENTITY]
    return remembered
