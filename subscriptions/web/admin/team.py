"""What holds for the team: a second step for everybody, and signing out everywhere."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import logout_user

from subscriptions.core.errors import Conflict
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.operators.queries import operator_by_id
from subscriptions.operators.team import end_sessions, require_second_factor
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.blueprint import blueprint


@blueprint.post("/operators/second-step")
@access(Rule.OWNER)
def second_step() -> ResponseReturnValue:
    """Require a second step at sign-in of every operator, or no longer."""
    required = request.form.get("required") == "y"
    try:
        with unit_of_work() as session:
            require_second_factor(session, current_operator(), required=required)
    except Conflict as error:
        flash(str(error.message), "error")
    else:
        flash(_("Saved."), "success")
    return redirect(url_for("admin.operators"))


@blueprint.post("/operators/<int:operator_id>/sign-out")
@access(Rule.OWNER)
def sign_out(operator_id: int) -> ResponseReturnValue:
    """End every session of an operator."""
    with unit_of_work() as session:
        end_sessions(session, current_operator(), operator_by_id(session, operator_id))
    flash(_("Signed out everywhere."), "success")
    return redirect(url_for("admin.operators"))


@blueprint.post("/account/sign-out")
@access(Rule.SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own, this one included."""
    with unit_of_work() as session:
        end_sessions(session, current_operator(), current_operator())
    logout_user()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("security.login"))
