"""Which shapes of the tables this version knows, and which one the store has."""

from typing import NamedTuple

from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, select

from subscriptions.core.words import lazy_gettext as _
from subscriptions.transfer.backup.mark import INSTALLATIONS
from subscriptions.transfer.backup.refusals import BackupRefused


class Identity(NamedTuple):
    """Whose store it is, and the revision of its tables."""

    lineage: str
    revision: str


def known_revisions() -> set[str]:
    """Every revision that this version can migrate from."""
    return {script.revision for script in _scripts().walk_revisions()}


def identity(connection: Connection) -> Identity:
    """The store's identity; :class:`BackupRefused` if its tables are not those of this version."""
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    head = _scripts().get_current_head()
    if revision != head or head is None:
        raise BackupRefused(_("The tables are of another version: run `flask setup` first."))
    lineage = connection.scalars(select(INSTALLATIONS.c.lineage)).one()
    return Identity(lineage, head)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
