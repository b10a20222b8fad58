"""Replaying the journal on a restored store, in bounded batches; again does no harm."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.operators.sessions import forget_everybody
from subscriptions.privacy.enquiries.operations import erase_enquiries_again
from subscriptions.subscribers import replaying
from subscriptions.subscribers.bulk.asking import cancel_all
from subscriptions.subscribers.keeping import Keeps
from subscriptions.transfer.backup import journal
from subscriptions.transfer.backup.files import Tell
from subscriptions.transfer.backup.journal import Line
from subscriptions.transfer.exporting.leftovers import forget_all_files
from subscriptions.transfer.importing.leftovers import give_up_all

BATCH = 200  # lines of one transaction


@dataclass(slots=True)
class Cleaned:
    """What came of it: what was erased again, journal rows and suppressions carried over.

    ``erased`` counts subscriptions and enquiries, ``lost`` the suppressions of newsletters that the
    backup doesn't have.
    """

    erased: int = 0
    carried: int = 0
    suppressed: int = 0
    lost: int = 0
    known: set[str] = field(default_factory=set)


def clean(path: Path, tell: Tell) -> Cleaned:
    """Replay the journal in ``path`` on the store; each batch is a transaction of its own."""
    total = journal.count_lines(path)
    with unit_of_work() as session:
        cleaned = Cleaned(known=replaying.journal_references(session))
        give_up_all(session)
        cancel_all(session)
        forget_all_files(session)
        forget_everybody(session)
    done = 0
    for batch in _batches(journal.read_lines(path)):
        with unit_of_work() as session:
            _erase(session, _rows(batch, journal.ERASED), cleaned)
            _suppress(session, _rows(batch, journal.SUPPRESSION), cleaned)
        done += len(batch)
        tell("Erasing again", done, total)
    current_session().close()
    return cleaned


def _erase(session: Session, rows: list[dict[str, Any]], cleaned: Cleaned) -> None:
    new = {row["reference"]: row for row in rows if row["reference"] not in cleaned.known}
    held = replaying.still_held(session, [row["reference"] for row in rows])
    for row in rows:
        if row["reference"] in held:
            # A journal of before it had the column knows of erasures only.
            keeps = Keeps(row.get("keeps", Keeps.NOTHING))
            cleaned.erased += replaying.replay(session, row["reference"], row["erased_at"], keeps)
    cleaned.erased += erase_enquiries_again(session, list(new))
    carried = [row for reference, row in new.items() if reference not in held]
    replaying.carry_journal(session, carried)
    cleaned.carried += len(carried)
    cleaned.known.update(new)


def _suppress(session: Session, rows: list[dict[str, Any]], cleaned: Cleaned) -> None:
    kept = replaying.carry_suppressions(session, rows) if rows else 0
    cleaned.suppressed += kept
    cleaned.lost += len(rows) - kept


def _rows(batch: list[Line], kind: str) -> list[dict[str, Any]]:
    return [journal.as_row(line) for line in batch if line["kind"] == kind]


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    iterator = iter(lines)
    while batch := list(islice(iterator, BATCH)):
        yield batch
