"""The steps that let go of what is nobody's any more, or was never about anybody."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Table,
    cast,
    delete,
    func,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from subscriptions.core.db import Base
from subscriptions.core.statements import table_of
from subscriptions.mail.models import OutboxMessage
from subscriptions.privacy.enquiries.models import Enquiry
from subscriptions.privacy.requests.models import DataRequest, RightsCount
from subscriptions.privacy.retention.step import AT, PERSON, Step
from subscriptions.subscribers.bulk_models import BulkChange
from subscriptions.subscribers.export_models import Export, ExportContent, ExportPiece, ExportState
from subscriptions.subscribers.import_models import OVER, Import, ImportPiece, ImportState
from subscriptions.subscribers.models import (
    DailyCount,
    ErasedReference,
    Snapshot,
    Subscriber,
    Suppression,
)
from subscriptions.subscribers.rights_models import AddressChange

COUNTS = (DailyCount, Snapshot, RightsCount)
OF_ADDRESS = "address_key"  # what belongs to an address, whether or not that is subscribed
OF_REPORT = func.date(BulkChange.recorded_at, type_=Date)  # has counts only once it is over
NOBODY: ColumnElement[Any] = cast(null(), BigInteger)


def _rows_of(model: type[Base], at: str, *, key: str = "id", person: str | None = None) -> Step:
    """Deletes the rows of ``model`` some time after its column ``at``."""
    table = table_of(model)
    since = table.c[at]
    whose = _whose(table, person)

    def waiting() -> Select[Any]:
        return select(since.label(AT), whose.label(PERSON)).where(since.is_not(None))

    def act(session: Session, before: datetime, size: int) -> int:
        old = select(table.c[key]).where(since <= before).order_by(since).limit(size)
        gone = delete(table).where(table.c[key].in_(old))
        return session.connection().execute(gone).rowcount

    return Step(waiting, act)


def _whose(table: Table, person: str | None) -> ColumnElement[Any]:
    if person is None:
        return NOBODY
    if person != OF_ADDRESS:
        return table.c[person]
    people = table_of(Subscriber)
    same = select(people.c.id).where(people.c.address_key == table.c[OF_ADDRESS])
    return same.scalar_subquery()


def _old_days(session: Session, before: datetime, _size: int) -> int:
    old = [delete(model).where(model.day <= before.date()) for model in COUNTS]
    old.append(delete(BulkChange).where(before.date() >= OF_REPORT))
    return sum(session.connection().execute(statement).rowcount for statement in old)


def _old_import_files(session: Session, before: datetime, size: int) -> int:
    """The pieces of old files; an import that was not done by then can't go on."""
    too_late = Import.recorded_at <= before, Import.state.not_in([state.value for state in OVER])
    session.execute(update(Import).where(*too_late).values(state=ImportState.EXPIRED.value))
    return IMPORT_PIECES.act(session, before, size)


def _old_export_files(session: Session, before: datetime, size: int) -> int:
    """What is kept of old files; one that was not made by then is not made any more."""
    too_late = Export.recorded_at <= before, Export.kept, Export.state != ExportState.GONE.value
    session.execute(update(Export).where(*too_late).values(state=ExportState.GONE.value))
    return EXPORT_CONTENTS.act(session, before, size)


def _old_export_lists(session: Session, before: datetime, size: int) -> int:
    """Piece by piece: a list of a million people is too much for one transaction."""
    old = select(Export.id).where(Export.recorded_at <= before)
    pieces = select(ExportPiece.id).where(ExportPiece.export_id.in_(old)).limit(size)
    gone = delete(ExportPiece).where(ExportPiece.id.in_(pieces))
    return session.connection().execute(gone).rowcount or EXPORTS.act(session, before, size)


def _days() -> Select[Any]:
    days = union_all(*(select(table_of(model).c["day"]) for model in COUNTS), select(OF_REPORT))
    return select(days.subquery().c["day"].label(AT), NOBODY.label(PERSON))


UNDELIVERABLE = _rows_of(OutboxMessage, "dead_at", person="subscriber_id")
SUPPRESSIONS = _rows_of(Suppression, "created_at")
ADDRESS_CHANGES = _rows_of(AddressChange, "asked_at", key="subscriber_id", person="subscriber_id")
JOURNAL = _rows_of(ErasedReference, "erased_at")
ENQUIRIES = _rows_of(Enquiry, "last_contact_at", person=OF_ADDRESS)
REQUESTS = _rows_of(DataRequest, "closed_at", person=OF_ADDRESS)
IMPORT_PIECES = _rows_of(ImportPiece, "recorded_at")
IMPORT_FILES = Step(IMPORT_PIECES.waiting, _old_import_files)
EXPORT_CONTENTS = _rows_of(ExportContent, "recorded_at", key="piece_id")
EXPORT_FILES = Step(EXPORT_CONTENTS.waiting, _old_export_files)
EXPORTS = _rows_of(Export, "recorded_at")
EXPORT_LISTS = Step(EXPORTS.waiting, _old_export_lists)
COUNTERS = Step(_days, _old_days)
