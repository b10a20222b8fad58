"""The one-time link that sets an account up: the first owner's, or an invited operator's."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import AssentError, ExpiredToken, Gone
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.operators.operations import complete_setup, set_up_first
from subscriptions.operators.queries import SETUP_WITHIN, invited_operator
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import FirstOperatorInput, PasswordInput, posted
from subscriptions.web.tokens import read_token


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@access(Rule.EVERYONE)
def set_up(token: str) -> ResponseReturnValue:
    """A form for the password, and for the address where there is no account yet."""
    try:
        reference = read_token(Purpose.SETUP, token, SETUP_WITHIN)
        invited = invited_operator(current_session(), reference)
    except (ExpiredToken, Gone) as error:
        return _over(error)
    form = PasswordInput(posted()) if invited else FirstOperatorInput(posted())
    if request.method == "GET" or not form.validate():
        page = render_template("admin/setup.html", form=form, invited=invited)
        return page, 422 if form.errors else 200
    try:
        with unit_of_work() as session:
            if isinstance(form, FirstOperatorInput):
                set_up_first(session, form.address, form.password.data or "")
            elif invited:
                complete_setup(session, invited.id, reference.epoch, form.password.data or "")
    except Gone as error:
        return _over(error)
    flash(_("Your account is ready. Please sign in."), "success")
    first_steps = None if invited else url_for("admin.start_organisation")
    return redirect(url_for("security.login", next=first_steps))


def _over(error: AssentError) -> ResponseReturnValue:
    return render_template("admin/setup_over.html", error=error), error.status
