"""The audit trail, for owners."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session
from subscriptions.operators.audit import PAGE, entries
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.blueprint import blueprint


@blueprint.get("/audit")
@access(Rule.OWNER)
def audit_trail() -> ResponseReturnValue:
    """Who did what, newest first."""
    found = entries(current_session(), request.args.get("before", type=int))
    return render_template(
        "admin/audit.html",
        entries=found[:PAGE],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first="before" not in request.args,
    )
