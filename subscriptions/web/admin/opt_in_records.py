"""The opt-in record of one person, to be printed.

A POST, because each view is written to the audit trail, and GET changes nothing.
"""

from flask import render_template
from flask.typing import ResponseReturnValue

from subscriptions.core import clock
from subscriptions.core.transactions import unit_of_work
from subscriptions.subscribers.opt_in import opt_in_record
from subscriptions.web.admin.access import Rule, access, current_newsletter, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/opt-in-record")
@access(Rule.VIEWER)
def opt_in(newsletter: str, reference: str) -> ResponseReturnValue:
    """Both steps, the wording as shown, and the mail as sent."""
    owner = current_newsletter()
    with unit_of_work() as session:
        found = opt_in_record(session, owner, reference)
        note(session, "opt-in record.shown", f"subscription {reference}")
    return render_template(
        "admin/opt_in_record.html",
        newsletter=owner,
        found=found,
        made_at=clock.now(),
        made_by=current_operator().email,
    )
