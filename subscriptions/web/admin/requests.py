"""Data-subject requests: the list, a new one, one of them with its timeline."""

from urllib.parse import quote

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from subscriptions.core import clock
from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.privacy.requests.by_themselves import exercised
from subscriptions.privacy.requests.carrying_out import ACTS
from subscriptions.privacy.requests.operations import Received, record_request
from subscriptions.privacy.requests.queries import (
    PAGE,
    closed_requests,
    is_subscribed,
    open_requests,
    request_and_steps,
)
from subscriptions.privacy.requests.terms import CameBy, Kind
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted, refused
from subscriptions.web.admin.request_inputs import (
    KINDS,
    OUTCOMES,
    PROOFS,
    STEPS,
    WAYS,
    ClosingInput,
    ContactInput,
    ExtensionInput,
    IdentityInput,
    NewRequestInput,
)


@blueprint.get("/requests")
@access(Rule.OWNER)
def all_requests() -> ResponseReturnValue:
    """Those that are open, the most pressing first; then the closed ones."""
    session = current_session()
    closed = closed_requests(session, request.args.get("before", type=int))
    return render_template(
        "admin/requests.html",
        open=open_requests(session),
        closed=closed[:PAGE],
        before=closed[PAGE - 1].id if len(closed) > PAGE else None,
        is_first="before" not in request.args,
        by_themselves=exercised(session),
        today=clock.today(),
        kinds=KINDS,
        outcomes=OUTCOMES,
    )


@blueprint.route("/requests/new", methods=["GET", "POST"])
@access(Rule.OWNER)
def new_request() -> ResponseReturnValue:
    """Write one down."""
    form = NewRequestInput(posted(), received_on=clock.today())
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                made = record_request(session, _received(form))
                note(session, "request.recorded", thing(made.reference), kind=made.kind)
                reference = made.reference
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("The request is recorded."), "success")
            return redirect(url_for("admin.one_request", reference=reference))
    page = render_template("admin/request_new.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.get("/requests/<reference>")
@access(Rule.OWNER)
def one_request(reference: str) -> ResponseReturnValue:
    """Everything about one, and what can be done."""
    return show(reference)


def show(reference: str, failed: Form | None = None) -> str:
    """The page as things are now; ``failed`` is the form that needs another look."""
    found, steps = request_and_steps(current_session(), reference)
    forms = {
        name: failed if isinstance(failed, kind) else kind()
        for name, kind in (
            ("identity", IdentityInput),
            ("contact", ContactInput),
            ("extension", ExtensionInput),
            ("closing", ClosingInput),
        )
    }
    return render_template(
        "admin/request.html",
        request=found,
        steps=steps,
        forms=forms,
        failed=failed,
        overdue=found.closed_at is None and found.due_on < clock.today(),
        may_extend=found.extended_at is None and found.due_on >= clock.today(),
        subscribed=is_subscribed(current_session(), found),
        carries_out=Kind(found.kind) in ACTS,
        mail_url=f"mailto:{quote(found.address, safe='@')}",
        words={"kind": KINDS, "way": WAYS, "proof": PROOFS, "outcome": OUTCOMES, "step": STEPS},
    )


def thing(reference: str) -> str:
    """What the audit trail calls a request."""
    return f"request {reference}"


def _received(form: NewRequestInput) -> Received:
    if form.received_on.data is None:
        raise Invalid
    return Received(
        Kind(form.kind.data),
        form.address,
        CameBy(form.came_by.data),
        form.received_on.data,
        form.details.data or "",
    )
