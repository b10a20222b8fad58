"""What the link opens that was mailed to a new address. GET changes nothing."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.addresses import mask
from subscriptions.core.tokens import Purpose, Reference
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.privacy.requests.by_themselves import count_right
from subscriptions.privacy.requests.terms import Kind
from subscriptions.subscribers.change_of_address import (
    CHANGE_WITHIN,
    AddressTaken,
    change_address,
    find_change,
    wording,
)
from subscriptions.web.evidence import evidence
from subscriptions.web.locale import speak
from subscriptions.web.manage.blueprint import blueprint
from subscriptions.web.tokens import read_token

SOURCE = "change of address"


@blueprint.get("/address/<token>")
def address_page(token: str) -> ResponseReturnValue:
    """A page with one button."""
    change = find_change(current_session(), _reference(token))
    speak(change.locale)
    return render_template(
        "manage/address.html",
        masked_address=mask(change.new.display),
        wording=wording(),
        action_url=url_for("manage.confirm_address", token=token),
    )


@blueprint.post("/address/<token>")
def confirm_address(token: str) -> ResponseReturnValue:
    """Replace the old address by the one whose mail had this link."""
    reference = _reference(token)
    try:
        with unit_of_work() as session:
            change = find_change(session, reference, lock=True)
            speak(change.locale)
            change_address(session, change, evidence(SOURCE, change.locale))
            count_right(session, Kind.RECTIFICATION, change.subscriber_id)
    except AddressTaken as error:
        return render_template("manage/address_taken.html"), error.status
    return render_template("manage/address_changed.html")


def _reference(token: str) -> Reference:
    return read_token(Purpose.ADDRESS, token, CHANGE_WITHIN)
