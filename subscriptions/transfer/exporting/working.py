"""The job that makes exports and lets go of what is over, and the mail when one is ready."""

from huey import crontab
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscriptions.core.jobs import Job
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.operators.notices import Notice, tell_operator
from subscriptions.subscribers.export_models import Export, ExportState
from subscriptions.transfer.exporting.leftovers import forget_what_is_gone
from subscriptions.transfer.exporting.making import WORK, make_gently, take_up

READY_TITLE = _("Your export is ready")
READY_ONE = _("The export that you asked for has one person in it.")
READY_MANY = _("The export that you asked for has %(num)s people in it.")


def work() -> None:
    """Make every export that waits, and forget what is left of those that are over."""
    session = current_session()
    waiting = select(Export.id).where(Export.state == ExportState.MAKING.value, Export.kept)
    ids = session.scalars(waiting.order_by(Export.id)).all()
    session.commit()  # a snapshot that stays open would keep SQLite's log from emptying
    for export_id in ids:
        _make(export_id)
    forget_what_is_gone()


def _make(export_id: int) -> None:
    with unit_of_work() as session:
        making = take_up(session, export_id, _tell)
    if making is not None:
        make_gently(making)


def _tell(session: Session, export: Export) -> None:
    slug = session.get_one(Newsletter, export.newsletter_id).slug
    page = f"newsletters/{slug}/exports/{export.reference}"
    notice = Notice(READY_TITLE, READY_ONE, READY_MANY, page)
    tell_operator(session, export.made_by, notice, export.rows)


JOBS = (Job(WORK, work, every=crontab()),)
