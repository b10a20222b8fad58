"""Restoring a backup, step by step. Whatever breaks, the store that is left refuses to serve.

1. the journal of erasures of what is about to be replaced goes into the data folder
2. the copy, which is marked as one, takes the place of the store, whole
3. its tables are brought up to date
4. the journal is replayed
5. the mark goes, then the journal's file

:func:`finish` does 3 to 5 once more, after a break or on a copy that was put in place by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from sqlalchemy import select

from subscriptions.config import Settings
from subscriptions.core import clock
from subscriptions.core.occupancy import occupy
from subscriptions.core.sqlite import truncate_log
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.extensions import db
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.transfer.backup import postgresql_copy, sqlite_copy
from subscriptions.transfer.backup.archive import Archive, opened
from subscriptions.transfer.backup.cleaning import Cleaned, clean
from subscriptions.transfer.backup.files import Tell
from subscriptions.transfer.backup.gathering import Origin, gather, journal_file
from subscriptions.transfer.backup.journal import lineage_of
from subscriptions.transfer.backup.making import database_file
from subscriptions.transfer.backup.manifest import DATABASE, KEYS
from subscriptions.transfer.backup.mark import INSTALLATIONS, copied_at, remove_mark
from subscriptions.transfer.backup.refusals import RestoreRefused, StoreInUse
from subscriptions.transfer.backup.revisions import known_revisions
from subscriptions.transfer.backup.signing_keys import add_keys
from subscriptions.webhooks.operations import forget_events

JOURNAL_CATEGORY = "journal"


def restore(
    settings: Settings, file: Path, other: Path | None, tell: Tell, *, accept: bool = False
) -> Cleaned:
    """Replace the store by a backup, and erase again whoever was erased since it was made.

    ``other`` is a journal from elsewhere. ``accept`` goes on without one that reaches far enough.
    Raises :class:`RestoreRefused`; then nothing was replaced.
    """
    with _alone(settings), opened(file, known_revisions()) as archive:
        origin = Origin(archive.manifest.lineage, archive.manifest.made_at)
        _refuse_misfit(settings, archive, accept=accept)
        archive.verify(tell)
        with _journal(other, origin, tell) as given:
            gathering = gather(settings, origin, given, accept=accept)
        if KEYS in archive.names and not gathering.replaces_original:
            add_keys(settings, b"".join(archive.read(KEYS)).decode())
        _load(settings, archive, tell)
        return _complete(settings, tell)


def finish(
    settings: Settings, other: Path | None, tell: Tell, *, accept: bool = False
) -> Cleaned | None:
    """Make a copy that is in place fit to serve; None if the store is no unfinished copy."""
    with _alone(settings):
        made_at = copied_at(settings.database)
        if made_at is None:
            _tidy(settings)
            return None
        with db.engine.connect() as connection:
            origin = Origin(connection.scalars(select(INSTALLATIONS.c.lineage)).one(), made_at)
        _refuse_what_is_too_old(origin, accept=accept)
        if other or accept or lineage_of(journal_file(settings)) != origin.lineage:
            with _journal(other, origin, tell) as given:
                gather(settings, origin, given, accept=accept)
        return _complete(settings, tell)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Nobody else serves the store or restores it meanwhile."""
    hold = occupy(settings.database, settings.data_dir, alone=True)
    if hold is None:
        raise StoreInUse
    try:
        yield
    finally:
        hold.release()


def _refuse_misfit(settings: Settings, archive: Archive, *, accept: bool) -> None:
    manifest = archive.manifest
    if manifest.content != "backup":
        raise RestoreRefused(_("The file is only a journal of erasures: give it with --journal."))
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.database != kind:
        raise RestoreRefused(
            _(
                "The backup is of %(theirs)s, this installation runs on %(ours)s.",
                theirs=manifest.database,
                ours=kind,
            )
        )
    _refuse_what_is_too_old(Origin(manifest.lineage, manifest.made_at), accept=accept)


def _refuse_what_is_too_old(origin: Origin, *, accept: bool) -> None:
    """The journal forgets by its clause: of an older backup it can't say who has left."""
    clause = current_policy().for_category(JOURNAL_CATEGORY, Trigger.RECORDED)
    if accept or clause is None:
        return
    if origin.made_at <= clause.acts_after.before(clock.now()):
        raise RestoreRefused(
            _(
                "The backup is older than the journal of erasures reaches (%(period)s), so people "
                "who had left could be back. --without-journal accepts that.",
                period=str(clause.acts_after),
            )
        )


@contextmanager
def _journal(path: Path | None, origin: Origin, tell: Tell) -> Iterator[Archive | None]:
    """The journal from elsewhere, checked: whole, of this installation, newer than the backup."""
    if path is None:
        yield None
        return
    with opened(path, known_revisions()) as archive:
        manifest = archive.manifest
        if manifest.content != "journal" or manifest.lineage != origin.lineage:
            raise RestoreRefused(_("The file after --journal is no journal of this installation."))
        if manifest.made_at < origin.made_at:
            raise RestoreRefused(_("The journal after --journal is older than the backup."))
        archive.verify(tell)
        yield archive


def _load(settings: Settings, archive: Archive, tell: Tell) -> None:
    if not settings.is_sqlite:
        db.session.remove()
        postgresql_copy.copy_in(db.engine, archive, tell)
        return
    draft = sqlite_copy.lay_beside(database_file(settings), archive.read(DATABASE))
    db.session.remove()
    db.engine.dispose()
    sqlite_copy.put_in_place(draft, database_file(settings))


def _complete(settings: Settings, tell: Tell) -> Cleaned:
    """Steps 3 to 5. Each can be done again."""
    flask_migrate.upgrade()
    cleaned = clean(journal_file(settings), tell)
    with unit_of_work() as session:
        # What waited when the copy was made is told long since, and replaying has told it again.
        forget_events(session)
        remove_mark(session)
        record(
            session,
            COMMAND_LINE,
            "backup.restored",
            "installation",
            erased=cleaned.erased,
            suppressed=cleaned.suppressed,
        )
    _tidy(settings)
    if settings.is_sqlite:
        truncate_log(db.engine)
    return cleaned


def _tidy(settings: Settings) -> None:
    journal_file(settings).unlink(missing_ok=True)
    if settings.is_sqlite:
        sqlite_copy.draft_of(database_file(settings)).unlink(missing_ok=True)
