"""An operator's own sessions: end one, or all but this one."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.operators import sessions
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.signed_in import this_session


@blueprint.post("/account/sessions/<reference>/end")
@access(Rule.SIGNED_IN)
def end_session(reference: str) -> ResponseReturnValue:
    """End one session of one's own."""
    with unit_of_work() as session:
        sessions.end_one(session, current_operator(), reference)
    flash(_("That session has ended."), "success")
    return redirect(url_for("admin.account"))


@blueprint.post("/account/sessions/others/end")
@access(Rule.SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """End every session of one's own but this one."""
    with unit_of_work() as session:
        sessions.end_others(session, current_operator(), this_session())
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("admin.account"))
