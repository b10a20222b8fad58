"""The audit trail, for owners: to search, and to take along."""

from dataclasses import asdict
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from subscriptions.core import clock
from subscriptions.core.transactions import current_session, leave_reading, unit_of_work
from subscriptions.operators.audit import PAGE, entries
from subscriptions.transfer.trail import stream_trail_csv
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.audit_inputs import TrailInput
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint


@blueprint.get("/audit")
@access(Rule.OWNER)
def audit_trail() -> ResponseReturnValue:
    """Who did what, newest first."""
    return _page(TrailInput.offered(request.args))


@blueprint.post("/audit/export")
@access(Rule.OWNER)
def export_trail() -> ResponseReturnValue:
    """The entries that were searched for, as CSV. That they were taken is an entry as well."""
    form = TrailInput.offered(request.form)
    if not form.validate():
        return _page(form)
    wanted = form.wanted()
    with unit_of_work() as session:
        asked = {name: _plain(value) for name, value in asdict(wanted).items() if value}
        note(session, "audit.exported", "audit trail", asked=asked or None)
    session = current_session()
    leave_reading(session)
    return Response(
        stream_trail_csv(session.get_bind().engine, wanted),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="audit-{clock.today()}.csv"'},
    )


def _page(form: TrailInput) -> ResponseReturnValue:
    valid = form.validate()
    before = request.args.get("before", type=int)
    found = entries(current_session(), form.wanted(), before) if valid else []
    page = render_template(
        "admin/audit.html",
        form=form,
        asked=form.asked(),
        entries=found[:PAGE],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first=before is None,
    )
    return page, 200 if valid else 422


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int) else str(value)
