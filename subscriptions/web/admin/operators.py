"""Operators: list, invite, change roles, remove. For owners."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Conflict
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators import operations
from subscriptions.operators.queries import all_operators, operator_by_id
from subscriptions.operators.roles import TITLES
from subscriptions.operators.team import second_factor_required
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import InvitationInput, RolesInput, posted, refused, roles_input


@blueprint.get("/operators")
@access(Rule.OWNER)
def operators() -> ResponseReturnValue:
    """The list."""
    return render_template(
        "admin/operators.html",
        operators=all_operators(current_session()),
        newsletters=dict(_newsletters()),
        titles=TITLES,
        second_step_required=second_factor_required(current_session()),
    )


@blueprint.route("/operators/new", methods=["GET", "POST"])
@access(Rule.OWNER)
def invite() -> ResponseReturnValue:
    """Invite one by mail."""
    form = roles_input(InvitationInput, _newsletters())(posted())
    if not isinstance(form, InvitationInput):
        raise TypeError
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                operations.invite(
                    session, current_operator(), form.address, form.chosen(), form.certain()
                )
        except Conflict as error:
            refused(form, error)
        else:
            flash(_("The invitation is on its way. Its link works for a day."), "success")
            return redirect(url_for("admin.operators"))
    page = render_template("admin/operator_new.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/operators/<int:operator_id>", methods=["GET", "POST"])
@access(Rule.OWNER)
def operator(operator_id: int) -> ResponseReturnValue:
    """One operator's roles, to see and to change."""
    shown = operator_by_id(current_session(), operator_id)
    present = {f"newsletter_{r.newsletter_id}": r.role for r in shown.newsletter_roles}
    form = roles_input(RolesInput, _newsletters())(
        posted(), data={"role": shown.role or "", **present}
    )
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                operations.change_roles(
                    session, current_operator(), shown, form.chosen(), form.certain()
                )
        except Conflict as error:
            refused(form, error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("admin.operators"))
    page = render_template("admin/operator.html", form=form, shown=shown)
    return page, 422 if form.errors else 200


@blueprint.post("/operators/<int:operator_id>/invitation")
@access(Rule.OWNER)
def invite_again(operator_id: int) -> ResponseReturnValue:
    """Mail the invitation once more."""
    with unit_of_work() as session:
        invited = operator_by_id(session, operator_id)
        operations.invite_again(session, current_operator(), invited)
    flash(_("A fresh invitation is on its way. Links from before no longer work."), "success")
    return redirect(url_for("admin.operators"))


@blueprint.post("/operators/<int:operator_id>/remove")
@access(Rule.OWNER)
def remove(operator_id: int) -> ResponseReturnValue:
    """Delete the account and end its sessions."""
    with unit_of_work() as session:
        operations.remove(session, current_operator(), operator_by_id(session, operator_id))
    flash(_("The account is gone. Its entries in the audit trail stay."), "success")
    return redirect(url_for("admin.operators"))


def _newsletters() -> list[tuple[int, str]]:
    return [(newsletter.id, newsletter.name) for newsletter in all_newsletters(current_session())]
