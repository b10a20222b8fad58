"""Asking for a manage link: anybody may, for any address; only its mailbox learns more."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import unit_of_work
from subscriptions.subscribers.manage_link import MANAGE_WITHIN, ask_for_manage_link
from subscriptions.web.address_form import AddressForm
from subscriptions.web.limits import guard_manage_links
from subscriptions.web.manage.blueprint import blueprint


@blueprint.get("/manage")
def ask() -> ResponseReturnValue:
    """A form with one field."""
    return render_template("manage/ask.html", form=AddressForm())


@blueprint.post("/manage")
def mail_link() -> ResponseReturnValue:
    """Mail the link if the address is known; the answer is the same if it isn't."""
    guard_manage_links()
    form = AddressForm(request.form)
    if not form.validate():
        return render_template("manage/ask.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work() as session:
        ask_for_manage_link(session, form.address)
    return redirect(url_for("manage.sent"), HTTPStatus.SEE_OTHER)


@blueprint.get("/manage/sent")
def sent() -> ResponseReturnValue:
    """What everybody sees who asked."""
    minutes = int(MANAGE_WITHIN.total_seconds()) // 60
    return render_template("manage/sent.html", minutes=minutes)
