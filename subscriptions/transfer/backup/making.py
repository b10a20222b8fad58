"""Making a backup: a consistent copy of a store that goes on being used."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from subscriptions.config import Settings
from subscriptions.core import clock
from subscriptions.core.words import lazy_gettext as _
from subscriptions.extensions import db
from subscriptions.transfer.backup import journal, postgresql_copy, sqlite_copy
from subscriptions.transfer.backup.archive import pack
from subscriptions.transfer.backup.files import Tell, create, scratch_beside, settle
from subscriptions.transfer.backup.manifest import DATABASE, JOURNAL, KEYS, Manifest
from subscriptions.transfer.backup.refusals import BackupRefused
from subscriptions.transfer.backup.revisions import identity
from subscriptions.transfer.backup.signing_keys import copy_keys

ARCHIVE = "archive.tar"


def make_backup(settings: Settings, target: Path, tell: Tell, *, force: bool) -> Manifest:
    """Write everything that must not be lost into one file, which appears when it is complete.

    Raises :class:`BackupRefused` if there is something in its place already, unless ``force``.
    """
    _refuse_to_overwrite(target, force=force)
    with scratch_beside(target) as folder:
        manifest, names = _copy_store(settings, folder, tell)
        if copy_keys(settings, folder / KEYS):
            names.append(KEYS)
        return _finish(target, folder, manifest, names, tell)


def make_journal_backup(settings: Settings, target: Path, tell: Tell, *, force: bool) -> Manifest:
    """The same for the journal of erasures alone: small, and it names nobody."""
    _refuse_to_overwrite(target, force=force)
    with scratch_beside(target) as folder:
        manifest = _manifest(settings, clock.now()).model_copy(update={"content": "journal"})
        with create(folder / JOURNAL) as file, db.engine.connect() as connection:
            journal.write_lines(file, journal.erased_lines(connection))
        return _finish(target, folder, manifest, [JOURNAL], tell)


def _copy_store(settings: Settings, folder: Path, tell: Tell) -> tuple[Manifest, list[str]]:
    made_at = clock.now()
    manifest = _manifest(settings, made_at)
    if settings.is_sqlite:
        sqlite_copy.copy_out(database_file(settings), folder / DATABASE, made_at, tell)
        return manifest, [DATABASE]
    tables, sequences = postgresql_copy.copy_out(db.engine, folder, made_at, tell)
    names = [postgresql_copy.file_of(table.name) for table in tables]
    return manifest.model_copy(update={"tables": tables, "sequences": sequences}), names


def database_file(settings: Settings) -> Path:
    """Where the SQLite database is."""
    return Path(make_url(settings.database).database or "").resolve()


def _manifest(settings: Settings, made_at: datetime) -> Manifest:
    with db.engine.connect() as connection:
        lineage, revision = identity(connection)
    return Manifest(
        content="backup",
        database="sqlite" if settings.is_sqlite else "postgresql",
        revision=revision,
        lineage=lineage,
        made_at=made_at,
    )


def _finish(
    target: Path, folder: Path, manifest: Manifest, names: list[str], tell: Tell
) -> Manifest:
    create(folder / ARCHIVE).close()
    manifest = pack(folder / ARCHIVE, folder, manifest, names, tell)
    settle(folder / ARCHIVE, target)
    return manifest


def _refuse_to_overwrite(target: Path, *, force: bool) -> None:
    if target.exists() and not (force and target.is_file()):
        raise BackupRefused(_("There is something at this place already; --force replaces a file."))
