"""Gathering the journal that a restored backup will be cleaned by, before anything is replaced."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from subscriptions.config import Settings
from subscriptions.core.words import lazy_gettext as _
from subscriptions.extensions import db
from subscriptions.transfer.backup import journal
from subscriptions.transfer.backup.archive import Archive
from subscriptions.transfer.backup.files import create, settle
from subscriptions.transfer.backup.journal import Line
from subscriptions.transfer.backup.making import database_file
from subscriptions.transfer.backup.manifest import JOURNAL
from subscriptions.transfer.backup.mark import INSTALLATIONS
from subscriptions.transfer.backup.refusals import RestoreRefused


class NoJournal(RestoreRefused):
    """Nobody can say who was erased after the backup was made."""

    code = "no_journal"
    message = _(
        "Who was erased since the backup was made is not known: the present database can't be "
        "read, or is not the one that was backed up. Give its journal with --journal FILE "
        "(from `flask backup --journal-only`), or accept with --without-journal that people who "
        "had left may be back. Nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Of which installation a backup was made, and when."""

    lineage: str
    made_at: datetime


@dataclass(slots=True)
class Gathering:
    """What is being gathered. ``reaches`` turns true once a whole journal was read.

    ``replaces_original`` says that the present store is the one that was backed up, in use.
    """

    origin: Origin
    reaches: bool = False
    replaces_original: bool = False
    seen: set[str] = field(default_factory=set)


def gather(settings: Settings, origin: Origin, other: Archive | None, *, accept: bool) -> Gathering:
    """Write the journal to replay into the data folder.

    It is made of what an interrupted restore left, of the present store's, and of ``other``.
    Raises :class:`NoJournal` if none of them reaches beyond the backup, unless that is accepted.
    """
    path = journal_file(settings)
    draft = path.with_name(f".{path.name}.draft")
    gathering = Gathering(origin)
    try:
        with create(draft) as file:
            journal.write_lines(file, [{"kind": journal.HEAD, "lineage": origin.lineage}])
            journal.write_lines(file, _left_over(path, gathering))
            journal.write_lines(file, _present(settings, gathering))
            journal.write_lines(file, _given(other, draft, gathering))
            journal.write_lines(file, [{"kind": journal.END, "reaches": gathering.reaches}])
        if not gathering.reaches and not accept:
            raise NoJournal
        settle(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return gathering


def journal_file(settings: Settings) -> Path:
    """Where the journal waits for its replay."""
    return settings.data_dir / journal.FILE_NAME


def _new(lines: Iterator[Line], gathering: Gathering) -> Iterator[Line]:
    """Those that are not there yet."""
    for line in lines:
        if line["kind"] == journal.ERASED:
            if line["reference"] in gathering.seen:
                continue
            gathering.seen.add(line["reference"])
        yield line


def _left_over(path: Path, gathering: Gathering) -> Iterator[Line]:
    if journal.lineage_of(path) != gathering.origin.lineage:
        return
    for line in _new(journal.read_lines(path), gathering):
        if line["kind"] in (journal.ERASED, journal.SUPPRESSION):
            yield line
        gathering.reaches |= bool(line.get("reaches"))


def _present(settings: Settings, gathering: Gathering) -> Iterator[Line]:
    """What the store that is about to be replaced knows, as far as it can be read."""
    if settings.is_sqlite and not database_file(settings).exists():
        return
    try:
        with db.engine.connect() as connection:
            yield from _of_store(connection, gathering)
    except SQLAlchemyError:
        return  # damaged, empty, or of something else


def _of_store(connection: Connection, gathering: Gathering) -> Iterator[Line]:
    lineage, copied_at = connection.execute(
        select(INSTALLATIONS.c.lineage, INSTALLATIONS.c.copied_at)
    ).one()
    if lineage != gathering.origin.lineage:
        return
    yield from _new(journal.erased_lines(connection), gathering)
    yield from journal.suppression_lines(connection, gathering.origin.made_at)
    # A copy knows nothing of what came after it.
    gathering.replaces_original = copied_at is None
    gathering.reaches |= copied_at is None


def _given(other: Archive | None, draft: Path, gathering: Gathering) -> Iterator[Line]:
    if other is None:
        return
    unpacked = draft.with_suffix(".other")
    try:
        with create(unpacked) as file:
            file.writelines(other.read(JOURNAL))
        yield from _new(journal.read_lines(unpacked), gathering)
    finally:
        unpacked.unlink(missing_ok=True)
    gathering.reaches = True
