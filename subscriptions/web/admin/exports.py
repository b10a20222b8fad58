"""The export button."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from subscriptions.core import clock
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.transfer.export import stream_subscribers_csv
from subscriptions.transfer.selection import Choice, select_for_export
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint


@blueprint.get("/newsletters/<newsletter>/export")
@access(Rule.EDITOR)
def export(newsletter: str) -> ResponseReturnValue:
    """What can be exported."""
    return render_template("admin/export.html", newsletter=current_newsletter(), choices=Choice)


@blueprint.post("/newsletters/<newsletter>/export")
@access(Rule.EDITOR)
def download(newsletter: str) -> ResponseReturnValue:
    """The file. That it was asked for is in the audit trail before its first byte leaves."""
    owner = current_newsletter()
    status, topic = request.form.get("status") or None, request.form.get("topic") or None
    select_for_export(current_session(), owner.id, status, topic)
    with unit_of_work() as session:
        note(
            session, "subscribers.exported", f"newsletter {owner.slug}", status=status, topic=topic
        )
    name = f"{owner.slug}-{status or Choice.ACTIVE}-{clock.today()}.csv"
    return Response(
        stream_subscribers_csv(current_session(), owner.id, status, topic),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
