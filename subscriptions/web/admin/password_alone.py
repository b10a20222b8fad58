"""Whether the password alone opens one's own account."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import check_and_update_authn_fresh

from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.operators.models import Operator
from subscriptions.operators.password_alone import let_password_alone
from subscriptions.operators.security import GRACE, RECENTLY
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.blueprint import blueprint


@blueprint.post("/account/password-alone")
@access(Rule.SIGNED_IN)
def set_password_alone() -> ResponseReturnValue:
    """Let the password alone open the account, or no longer. It takes a recent sign-in."""
    if not check_and_update_authn_fresh(RECENTLY, GRACE):
        flash(_("Please enter your password once more."), "info")
        return redirect(url_for("security.verify"))
    suffices = request.form.get("suffices") == "y"
    with unit_of_work() as session:
        operator = session.get_one(Operator, current_operator().id)
        let_password_alone(session, operator, suffice=suffices)
    if suffices:
        flash(_("The password alone opens your account again."), "success")
    else:
        flash(_("The password alone does not open your account any more."), "success")
    return redirect(url_for("admin.account"))
