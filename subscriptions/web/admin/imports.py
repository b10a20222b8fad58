"""Imports: upload a list, say what it is, see what would happen, have it done."""

from collections.abc import Callable
from typing import IO

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.extensions import csrf
from subscriptions.subscribers.import_models import AT_WORK, Import, ImportState
from subscriptions.transfer.importing.outcomes import TITLES, Outcome
from subscriptions.transfer.importing.pieces import names_of
from subscriptions.transfer.importing.planning import (
    cancel_import,
    check_import,
    go_to_work,
    locked_import,
    planned,
    run_import,
)
from subscriptions.transfer.importing.plans import HOW
from subscriptions.transfer.importing.queries import import_of, imports_of, usual_wording
from subscriptions.transfer.importing.receiving import receive
from subscriptions.transfer.importing.refusals import BadFile
from subscriptions.transfer.importing.reports import (
    first_rows,
    judge,
    judged_csv,
    left_out_csv,
)
from subscriptions.transfer.importing.sheets import MAX_BYTES
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.import_inputs import PlanInput, as_filled_in, plan_input
from subscriptions.web.admin.inputs import posted, refused
from subscriptions.web.errors import takes

PREVIEW = 5  # rows
REFRESH = 2  # seconds
MULTIPART = 64 * 1024  # bytes around the file
HERE = "/newsletters/<newsletter>/imports"


@blueprint.get(HERE)
@access(Rule.EDITOR)
def imports(newsletter: str) -> ResponseReturnValue:
    """The latest imports, and the form that uploads a file."""
    return _list()


@blueprint.post(HERE)
@takes(MAX_BYTES + MULTIPART)
@access(Rule.EDITOR)
def upload(newsletter: str) -> ResponseReturnValue:
    """Take a file apart and keep its rows."""
    csrf.protect()
    owner = current_newsletter()
    try:
        reference = receive(_file(), owner.id)
    except BadFile as error:
        return _list(str(error.message)), error.status
    with unit_of_work() as session:
        found = import_of(session, owner.id, reference)
        note(session, "import.uploaded", _thing(found), newsletter=newsletter, rows=found.rows)
    return _to(reference)


# The check by itself comes before the role is known, and reads the whole body.
csrf.exempt(upload)


@blueprint.get(f"{HERE}/<reference>")
@access(Rule.EDITOR)
def one_import(newsletter: str, reference: str) -> ResponseReturnValue:
    """One import as it stands: its columns, its dry run, its progress or its result."""
    found = import_of(current_session(), current_newsletter().id, reference)
    if found.state == ImportState.WAITING:
        return _plan_page(found, _empty_form(found))
    page = Response(_page("admin/import.html", found))
    if found.state in AT_WORK:
        page.headers["Refresh"] = str(REFRESH)
    return page


@blueprint.get(f"{HERE}/<reference>/plan")
@access(Rule.EDITOR)
def import_plan(newsletter: str, reference: str) -> ResponseReturnValue:
    """The plan once more, to change it after the dry run."""
    found = import_of(current_session(), current_newsletter().id, reference)
    form = plan_input(names_of(current_session(), found.id))(data=as_filled_in(planned(found)))
    return _plan_page(found, form)


@blueprint.post(f"{HERE}/<reference>/plan")
@access(Rule.EDITOR)
def check(newsletter: str, reference: str) -> ResponseReturnValue:
    """Look at every row under the plan that was filled in."""
    found = import_of(current_session(), current_newsletter().id, reference)
    form = plan_input(names_of(current_session(), found.id))(posted())
    try:
        if not form.validate():
            return _plan_page(found, form), 422
        with unit_of_work() as session:
            changed = locked_import(session, current_newsletter().id, reference)
            check_import(session, changed, form.plan())
            note(session, "import.checked", _thing(changed), newsletter=newsletter)
    except Invalid as error:
        refused(form, error)
        return _plan_page(found, form), 422
    go_to_work()
    return _to(reference)


@blueprint.post(f"{HERE}/<reference>/start")
@access(Rule.EDITOR)
def start_import(newsletter: str, reference: str) -> ResponseReturnValue:
    """Have it done as it was checked."""
    return _change(reference, _start, "import.started")


@blueprint.post(f"{HERE}/<reference>/cancel")
@access(Rule.EDITOR)
def cancel(newsletter: str, reference: str) -> ResponseReturnValue:
    """Stop it where it is."""
    flash(_("The import is cancelled, and what was left of the file is erased."), "success")
    return _change(reference, cancel_import, "import.cancelled")


@blueprint.post(f"{HERE}/<reference>/left-out")
@access(Rule.EDITOR)
def left_out(newsletter: str, reference: str) -> ResponseReturnValue:
    """The rows that were, or would be, left out, with the reasons."""
    session = current_session()
    found = import_of(session, current_newsletter().id, reference)
    return _csv(stream_with_context(left_out_csv(session, found)), f"left-out-{reference}")


@blueprint.post(f"{HERE}/<reference>/row-by-row")
@access(Rule.EDITOR)
def row_by_row(newsletter: str, reference: str) -> ResponseReturnValue:
    """What would become of each row."""
    session = current_session()
    found = import_of(session, current_newsletter().id, reference)
    rows = judged_csv(judge(session, found, planned(found)))
    return _csv(stream_with_context(rows), f"row-by-row-{reference}")


def _start(session: Session, found: Import) -> None:
    run_import(session, found, planned(found))


def _change(
    reference: str, act: Callable[[Session, Import], None], action: str
) -> ResponseReturnValue:
    owner = current_newsletter()
    with unit_of_work() as session:
        found = locked_import(session, owner.id, reference)
        act(session, found)
        plan = found.plan or {}
        note(
            session,
            action,
            _thing(found),
            newsletter=owner.slug,
            rows=found.rows,
            mode=plan.get("mode"),
            how=plan.get("how"),
        )
    go_to_work()
    return _to(reference)


def _file() -> IO[bytes]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadFile(_("Please choose a file."))
    return file.stream


def _list(refusal: str | None = None) -> str:
    owner = current_newsletter()
    return render_template(
        "admin/imports.html",
        newsletter=owner,
        imports=imports_of(current_session(), owner.id),
        refusal=refusal,
    )


def _plan_page(found: Import, form: PlanInput) -> str:
    rows = first_rows(current_session(), found, PREVIEW)
    columns = [(each, [row[n] for row in rows]) for n, each in enumerate(form.columns())]
    return _page("admin/import_plan.html", found, form=form, columns=columns)


def _empty_form(found: Import) -> PlanInput:
    names = names_of(current_session(), found.id)
    return plan_input(names)(wording=usual_wording(current_newsletter()))


def _page(template: str, found: Import, **more: object) -> str:
    left = {Outcome(name): n for name, n in found.totals.items() if name != Outcome.TAKEN}
    return render_template(
        template,
        newsletter=current_newsletter(),
        found=found,
        taken=found.totals.get(Outcome.TAKEN, 0),
        left_out=sorted(left.items(), key=lambda each: -each[1]),
        titles=TITLES,
        how=HOW,
        **more,
    )


def _csv(chunks: object, name: str) -> Response:
    return Response(
        chunks,  # type: ignore[arg-type]  # stream_with_context is typed for both its uses
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _thing(found: Import) -> str:
    return f"import {found.reference}"


def _to(reference: str) -> Response:
    slug = current_newsletter().slug
    return redirect(url_for("admin.one_import", newsletter=slug, reference=reference))  # type: ignore[return-value]
