"""Enquiries from the contact page: read them, note what was done, wipe and erase.

The answer itself is written in the operator's own mail program.
"""

from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.privacy.enquiries.operations import (
    close_enquiry,
    erase_enquiry,
    note_enquiry_contact,
    wipe_enquiry,
)
from subscriptions.privacy.enquiries.queries import PAGE, enquiries, enquiry
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint


@blueprint.get("/enquiries")
@access(Rule.OWNER)
def all_enquiries() -> ResponseReturnValue:
    """The list, newest first."""
    found = enquiries(current_session(), request.args.get("before", type=int))
    return render_template(
        "admin/enquiries.html",
        enquiries=found[:PAGE],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first="before" not in request.args,
    )


@blueprint.get("/enquiries/<reference>")
@access(Rule.OWNER)
def one_enquiry(reference: str) -> ResponseReturnValue:
    """What was written, and what can be done about it."""
    found = enquiry(current_session(), reference)
    kept = current_policy().need("enquiry", Trigger.LAST_CONTACT).over_after
    return render_template(
        "admin/enquiry.html",
        enquiry=found,
        mail_url=f"mailto:{quote(found.address, safe='@')}",
        goes_at=kept.after(found.last_contact_at),
    )


@blueprint.post("/enquiries/<reference>/contact")
@access(Rule.OWNER)
def enquiry_contact(reference: str) -> ResponseReturnValue:
    """Note that there was contact."""
    with unit_of_work() as session:
        note_enquiry_contact(session, reference)
        note(session, "enquiry.contact noted", _thing(reference))
    flash(_("Noted. The time until it is erased begins anew."), "success")
    return _back(reference)


@blueprint.post("/enquiries/<reference>/close")
@access(Rule.OWNER)
def enquiry_close(reference: str) -> ResponseReturnValue:
    """Note that nothing is left to answer."""
    with unit_of_work() as session:
        close_enquiry(session, reference)
        note(session, "enquiry.closed", _thing(reference))
    flash(_("The enquiry is closed."), "success")
    return redirect(url_for("admin.all_enquiries"))


@blueprint.post("/enquiries/<reference>/wipe")
@access(Rule.OWNER)
def enquiry_wipe(reference: str) -> ResponseReturnValue:
    """Take the text away."""
    with unit_of_work() as session:
        wipe_enquiry(session, reference)
        note(session, "enquiry.text wiped", _thing(reference))
    flash(_("The text is gone."), "success")
    return _back(reference)


@blueprint.post("/enquiries/<reference>/erase")
@access(Rule.OWNER)
def enquiry_erase(reference: str) -> ResponseReturnValue:
    """Erase it whole."""
    with unit_of_work() as session:
        erase_enquiry(session, reference)
        note(session, "enquiry.erased", _thing(reference))
    flash(_("The enquiry is erased."), "success")
    return redirect(url_for("admin.all_enquiries"))


def _thing(reference: str) -> str:
    return f"enquiry {reference}"


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("admin.one_enquiry", reference=reference))
