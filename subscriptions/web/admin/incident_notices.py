"""What goes out about an incident: to the authority, to people, on the pages; and its log."""

from collections.abc import Callable
from functools import partial

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.operators.models import Operator
from subscriptions.privacy.incidents.drafts import authority_draft, people_draft
from subscriptions.privacy.incidents.models import Incident
from subscriptions.privacy.incidents.operations import (
    about,
    add_note,
    hide_banner,
    settle_authority,
    show_banner,
    tell_people,
    write_authority_notice,
    write_people_notice,
)
from subscriptions.privacy.incidents.queries import affected_by, incident_by_id
from subscriptions.privacy.policy import current_policy
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.incident_inputs import (
    AuthorityInput,
    BannerInput,
    EntryInput,
    NoticeInput,
    aware,
)
from subscriptions.web.admin.incidents import deadline, incident_page
from subscriptions.web.admin.inputs import posted, refused

Act = Callable[[Session, Incident, Operator], None]
WRITE = {"authority": write_authority_notice, "people": write_people_notice}


@blueprint.route("/incidents/<int:incident>/<any(authority, people):whom>", methods=["GET", "POST"])
@access(Rule.OWNER)
def incident_notice(incident: int, whom: str) -> ResponseReturnValue:
    """Read, change and save a notice; it begins as a draft from what is known."""
    found = incident_by_id(current_session(), incident)
    form = NoticeInput(posted(), text=_notice(found, whom))
    if request.method == "POST" and form.validate():
        try:
            act = partial(_write, whom, form.text.data or "")
            _do(incident, f"{whom} notice written", act)
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("Saved."), "success")
            return _back(incident)
    page = render_template("admin/incident_notice.html", form=form, incident=found, whom=whom)
    return page, 422 if form.errors else 200


@blueprint.get("/incidents/<int:incident>/authority.txt")
@access(Rule.OWNER)
def authority_file(incident: int) -> ResponseReturnValue:
    """The notice to the authority as a text file."""
    text = _notice(incident_by_id(current_session(), incident), "authority")
    answer = Response(text + "\n", mimetype="text/plain")
    name = f"incident-{incident}-authority.txt"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


@blueprint.post("/incidents/<int:incident>/settle")
@access(Rule.OWNER)
def settle_incident(incident: int) -> ResponseReturnValue:
    """Note when the authority was told, or why it need not be."""
    form = AuthorityInput(posted())
    told_at, reason = aware(form.told_at.data), form.reason.data or ""
    return _submit(
        incident,
        form,
        "authority settled",
        lambda session, found, by: settle_authority(session, found, by, told_at, reason),
    )


@blueprint.post("/incidents/<int:incident>/tell")
@access(Rule.OWNER)
def mail_incident_notice(incident: int) -> ResponseReturnValue:
    """Mail the saved notice to everybody concerned."""
    _do(incident, "people told", tell_people)
    flash(_("The mails are being queued."), "success")
    return _back(incident)


@blueprint.post("/incidents/<int:incident>/banner")
@access(Rule.OWNER)
def show_incident_banner(incident: int) -> ResponseReturnValue:
    """Switch the banner on, or change its words."""
    form = BannerInput(posted())
    text = form.text.data or ""
    return _submit(
        incident,
        form,
        "banner shown",
        lambda session, found, by: show_banner(session, found, by, text),
    )


@blueprint.post("/incidents/<int:incident>/banner/off")
@access(Rule.OWNER)
def hide_incident_banner(incident: int) -> ResponseReturnValue:
    """Switch the banner off."""
    _do(incident, "banner hidden", hide_banner)
    flash(_("The banner is off."), "success")
    return _back(incident)


@blueprint.post("/incidents/<int:incident>/log")
@access(Rule.OWNER)
def log_incident(incident: int) -> ResponseReturnValue:
    """Add a line to the log."""
    form = EntryInput(posted())
    text = form.text.data or ""
    return _submit(
        incident, form, "logged", lambda session, found, by: add_note(session, found, by, text)
    )


def _submit(incident: int, form: Form, done: str, act: Act) -> ResponseReturnValue:
    """Act and go back to the page, or show the form on it with what is wrong."""
    if form.validate():
        try:
            _do(incident, done, act)
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("Saved."), "success")
            return _back(incident)
    return incident_page(incident_by_id(current_session(), incident), wrong=form)


def _do(incident: int, done: str, act: Act) -> None:
    with unit_of_work() as session:
        found = incident_by_id(session, incident)
        act(session, found, current_operator())
        note(session, f"incident.{done}", about(found))


def _write(whom: str, text: str, session: Session, found: Incident, by: Operator) -> None:
    WRITE[whom](session, found, by, text)


def _notice(incident: Incident, whom: str) -> str:
    policy = current_policy()
    if whom == "people":
        return incident.people_notice or people_draft(incident, policy)
    affected = affected_by(current_session(), incident)
    draft = authority_draft(incident, affected, deadline(incident), policy)
    return incident.authority_notice or draft


def _back(incident: int) -> ResponseReturnValue:
    return redirect(url_for("admin.incident", incident=incident))
