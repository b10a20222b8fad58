"""What the buttons of a request's page do."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from subscriptions.core.errors import AssentError, NotFound
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.privacy.requests.carrying_out import carry_out
from subscriptions.privacy.requests.models import DataRequest
from subscriptions.privacy.requests.operations import (
    close_request,
    extend_request,
    mail_manage_link,
    note_contact,
    note_identity,
)
from subscriptions.privacy.requests.terms import Outcome, Proof
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted, refused
from subscriptions.web.admin.request_inputs import (
    ClosingInput,
    ContactInput,
    ExtensionInput,
    IdentityInput,
)
from subscriptions.web.admin.requests import show, thing

Operation = Callable[[Session], DataRequest]


@blueprint.post("/requests/<reference>/link")
@access(Rule.OWNER)
def request_link(reference: str) -> ResponseReturnValue:
    """Mail the manage link to the address."""
    said = _("If the address is known here, the mail with the link is on its way to it.")
    return _do(reference, "link mailed", said, lambda s: mail_manage_link(s, reference))


@blueprint.post("/requests/<reference>/identity")
@access(Rule.OWNER)
def request_identity(reference: str) -> ResponseReturnValue:
    """Note how it is known who asks."""
    form = IdentityInput(posted())
    return _do(
        reference,
        "identity noted",
        _("Noted."),
        lambda session: note_identity(session, reference, Proof(form.proof.data)),
        form,
    )


@blueprint.post("/requests/<reference>/contact")
@access(Rule.OWNER)
def request_contact(reference: str) -> ResponseReturnValue:
    """Note a contact."""
    form = ContactInput(posted())
    return _do(
        reference,
        "contact noted",
        _("Noted."),
        lambda session: note_contact(session, reference, form.words.data or ""),
        form,
    )


@blueprint.post("/requests/<reference>/carry-out")
@access(Rule.OWNER)
def request_carry_out(reference: str) -> ResponseReturnValue:
    """Do what is asked for."""
    said = _("That is done. Tell the person, and close the request.")
    return _do(reference, "carried out", said, lambda s: carry_out(s, reference))


@blueprint.post("/requests/<reference>/extend")
@access(Rule.OWNER)
def request_extend(reference: str) -> ResponseReturnValue:
    """Take two months more."""
    form = ExtensionInput(posted())
    return _do(
        reference,
        "extended",
        _("Two months more. Tell the person, with the reason."),
        lambda session: extend_request(session, reference, form.why.data or ""),
        form,
    )


@blueprint.post("/requests/<reference>/close")
@access(Rule.OWNER)
def request_close(reference: str) -> ResponseReturnValue:
    """Note the outcome."""
    form = ClosingInput(posted())

    def close(session: Session) -> DataRequest:
        return close_request(session, reference, Outcome(form.outcome.data), form.reason.data or "")

    return _do(reference, "closed", _("The request is closed."), close, form)


def _do(
    reference: str, done: str, said: str, operation: Operation, form: Form | None = None
) -> ResponseReturnValue:
    """Carry ``operation`` out and note it, or show the page again with what stands against it."""
    failed = form or Form()
    if form is not None and not form.validate():
        return show(reference, form), 422
    try:
        with unit_of_work() as session:
            changed = operation(session)
            outcome = changed.outcome
            note(session, f"request.{done}", thing(reference), kind=changed.kind, outcome=outcome)
    except NotFound:
        raise
    except AssentError as error:
        refused(failed, error)
        return show(reference, failed), error.status
    flash(said, "success")
    return redirect(url_for("admin.one_request", reference=reference))
