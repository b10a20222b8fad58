"""What operators do with a file that was received: plan, check, run, cancel.

Whoever does one of these lets the worker know once it is committed: :func:`go_to_work`.
"""

from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict
from subscriptions.core.jobs import wake
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.belonging import one_of
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.import_models import OVER, Import, ImportState
from subscriptions.transfer.importing.columns import check_columns
from subscriptions.transfer.importing.pieces import names_of
from subscriptions.transfer.importing.plans import Plan

WORK = "imports.work"
BEFORE = (ImportState.WAITING, ImportState.CHECKED)


def locked_import(session: Session, newsletter_id: int, reference: str) -> Import:
    """The import of a newsletter with this reference, for a change; or :class:`.NotFound`."""
    return one_of(session, Import, newsletter_id, reference, lock=True)


def check_import(session: Session, found: Import, plan: Plan) -> None:
    """Have the rows looked at under this plan, and nothing done."""
    _begin(session, found, plan, ImportState.CHECKING)


def run_import(session: Session, found: Import, plan: Plan) -> None:
    """Have it done. Raises :class:`Conflict` once it has begun, and if the newsletter is closed."""
    if session.get_one(Newsletter, found.newsletter_id).closed_at is not None:
        raise Conflict(_("The newsletter is closed: nobody can be added to it."))
    _begin(session, found, plan, ImportState.RUNNING)


def cancel_import(session: Session, found: Import) -> None:
    """Stop it where it is. Who was taken over stays; what is left of the file goes."""
    if found.state in OVER:
        raise Conflict(_("This import is over already."))
    found.state = ImportState.CANCELLED.value
    found.finished_at = clock.now()


def planned(found: Import) -> Plan:
    """The plan that was made for an import; :class:`Conflict` if there is none yet."""
    if found.plan is None:
        raise Conflict(_("Say first what the columns are."))
    return Plan.from_json(found.plan)


def go_to_work() -> None:
    """Have the worker look at the imports soon."""
    wake(WORK)


def check_plan(session: Session, found: Import, plan: Plan) -> None:
    """Raise :class:`Invalid` if the plan doesn't fit the file, the policy or the law."""
    check_columns(plan.columns, len(names_of(session, found.id)))
    plan.check()


def _begin(session: Session, found: Import, plan: Plan, state: ImportState) -> None:
    if found.state not in BEFORE:
        raise Conflict(_("This import has begun already, or is over."))
    check_plan(session, found, plan)
    found.plan, found.state = plan.as_json(), state.value
    found.cursor, found.totals = 0, {}
