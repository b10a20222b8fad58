"""Asking for an export: what is wanted, what for, and the record of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.db import new_reference
from subscriptions.core.errors import Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.subscribers.export_models import PURPOSE_LENGTH, Export, ExportState
from subscriptions.subscribers.filtering import Filter
from subscriptions.subscribers.models import Subscription
from subscriptions.transfer.exporting.making import LEASE
from subscriptions.transfer.rows import Ranges
from subscriptions.transfer.selection import EVERYBODY, Choice, Selection, select_for_export
from subscriptions.transfer.spreadsheet import MAX_ROWS, TooManyRows

AT_ONCE = 10_000  # people who may be in it; more are for the background


class Format(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; no ``columns`` are all of them. ``purpose`` is for the record.

    ``segment`` is the name that the choice of people has, if it has one.
    """

    format: Format = Format.CSV
    status: str = Choice.ACTIVE.value
    topic: str | None = None
    columns: Sequence[str] = ()
    purpose: str = ""
    filter: Filter = EVERYBODY
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What an export would take. ``at_once`` says that it is small enough to be waited for."""

    wanted: Wanted
    selection: Selection
    at_once: bool


def check_export(session: Session, newsletter_id: int, wanted: Wanted) -> Checked:
    """What the export would take. Counting takes a while: not for a unit of work.

    Raises :class:`Invalid` without a purpose, with an unknown status, and for more people than a
    spreadsheet holds; :class:`NotFound` for an unknown topic.
    """
    if not 0 < len(wanted.purpose.strip()) <= PURPOSE_LENGTH:
        raise Invalid(_("Say in a few words what the export is for."))
    selection = select_for_export(
        session, newsletter_id, wanted.status, wanted.topic, wanted.columns, wanted.filter
    )
    ranges, connection = Ranges(selection, clock.today()), session.connection()
    if (
        wanted.format is Format.XLSX
        and ranges.candidates(connection, MAX_ROWS) == MAX_ROWS
        and ranges.count(connection, MAX_ROWS) == MAX_ROWS
    ):
        raise TooManyRows
    at_once = ranges.candidates(connection, AT_ONCE + 1) <= AT_ONCE
    return Checked(wanted, selection, at_once)


def record_export(session: Session, checked: Checked, made_by: str, *, kept: bool = True) -> Export:
    """Write down who takes out what.

    A file that is not ``kept`` goes out as it is read. Whoever asked has a lease on it: they make
    it, or let it go with :func:`~subscriptions.transfer.exporting.making.leave_to_worker`.
    """
    wanted, selection = checked.wanted, checked.selection
    newest = select(func.max(Subscription.id)).where(
        Subscription.newsletter_id == selection.newsletter_id
    )
    now = clock.now()
    export = Export(
        reference=new_reference(),
        newsletter_id=selection.newsletter_id,
        state=ExportState.MAKING.value,
        kept=kept,
        made_by=made_by,
        format=wanted.format.value,
        status=selection.choice.value,
        topic=wanted.topic,
        filter=wanted.filter.of_sign_up().as_json(),
        segment=wanted.segment,
        columns=list(selection.header),
        purpose=wanted.purpose.strip(),
        rows=0,
        cursor=0,
        final_id=session.scalar(newest) or 0,
        recorded_at=now,
        lease=new_reference(),
        leased_until=now + LEASE,
    )
    session.add(export)
    session.flush()
    return export
