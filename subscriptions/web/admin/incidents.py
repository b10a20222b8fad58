"""Incidents: the list, what is known of each, its clock and its log."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from subscriptions.core import clock
from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.core.words import ngettext
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.privacy.incidents.deadline import Deadline, deadline_of
from subscriptions.privacy.incidents.drafts import banner_draft
from subscriptions.privacy.incidents.models import Incident
from subscriptions.privacy.incidents.operations import (
    about,
    change_facts,
    close_incident,
    record_incident,
)
from subscriptions.privacy.incidents.queries import (
    affected_by,
    all_incidents,
    incident_by_id,
    log_of,
)
from subscriptions.privacy.policy import current_policy
from subscriptions.subscribers.announcing import Kind, announcement_of
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.incident_inputs import (
    AuthorityInput,
    BannerInput,
    EntryInput,
    FactsInput,
)
from subscriptions.web.admin.inputs import posted, refused


@blueprint.get("/incidents")
@access(Rule.OWNER)
def incidents() -> ResponseReturnValue:
    """The list, newest first."""
    shown = [(each, clock_in_words(each)) for each in all_incidents(current_session())]
    return render_template("admin/incidents.html", incidents=shown)


@blueprint.route("/incidents/new", methods=["GET", "POST"])
@access(Rule.OWNER)
def new_incident() -> ResponseReturnValue:
    """Record one."""
    form = _facts_form(noticed_at=clock.now())
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                made = record_incident(session, current_operator(), form.facts())
                note(session, "incident.recorded", about(made))
                page = url_for("admin.incident", incident=made.id)
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("The incident is recorded. Its 72 hours run."), "success")
            return redirect(page)
    page = render_template("admin/incident_new.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/incidents/<int:incident>/edit", methods=["GET", "POST"])
@access(Rule.OWNER)
def edit_incident(incident: int) -> ResponseReturnValue:
    """Change what is known of it."""
    changed = incident_by_id(current_session(), incident)
    form = _facts_form(obj=changed, newsletters=[str(one) for one in changed.newsletter_ids])
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                found = incident_by_id(session, incident)
                change_facts(session, found, current_operator(), form.facts())
                note(session, "incident.changed", about(found))
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("admin.incident", incident=incident))
    page = render_template("admin/incident_edit.html", form=form, incident=changed)
    return page, 422 if form.errors else 200


@blueprint.get("/incidents/<int:incident>")
@access(Rule.OWNER)
def incident(incident: int) -> ResponseReturnValue:
    """One incident: clock, who is affected, notices, banner, log."""
    return incident_page(incident_by_id(current_session(), incident))


@blueprint.post("/incidents/<int:incident>/close")
@access(Rule.OWNER)
def end_incident(incident: int) -> ResponseReturnValue:
    """Close it."""
    with unit_of_work() as session:
        found = incident_by_id(session, incident)
        close_incident(session, found, current_operator())
        note(session, "incident.closed", about(found))
    flash(_("The incident is closed. Its record stays."), "success")
    return redirect(url_for("admin.incident", incident=incident))


def incident_page(shown: Incident, *, wrong: Form | None = None) -> ResponseReturnValue:
    """The page; ``wrong`` is the form of it that was refused, shown with its errors."""
    session, policy = current_session(), current_policy()
    forms = {
        "banner_form": BannerInput(text=shown.banner or banner_draft(shown, policy)),
        "entry_form": EntryInput(),
        "authority_form": AuthorityInput(
            told_at=shown.authority_told_at, reason=shown.authority_reason
        ),
    }
    for name, form in forms.items():
        if wrong is not None and type(form) is type(wrong):
            forms[name] = wrong
    page = render_template(
        "admin/incident.html",
        incident=shown,
        due_at=deadline(shown).due_at,
        clock=clock_in_words(shown),
        affected=affected_by(session, shown),
        authority=policy.supervisory_authority.name,
        mailed=announcement_of(session, Kind.INCIDENT, about(shown)),
        log=log_of(session, shown),
        wrong=wrong,
        **forms,
    )
    return page, 422 if wrong is not None else 200


def deadline(incident: Incident) -> Deadline:
    """Its clock, as of now."""
    return deadline_of(incident.noticed_at, clock.now())


def clock_in_words(incident: Incident) -> str:
    """How its 72 hours stand, in a few words."""
    if incident.authority_told_at:
        return _("told on %(day)s", day=f"{incident.authority_told_at:%Y-%m-%d}")
    if incident.authority_reason:
        return _("need not be told")
    clock_now = deadline(incident)
    if clock_now.is_over:
        return ngettext("over since %(num)s hour", "over since %(num)s hours", clock_now.hours)
    return ngettext("%(num)s hour left", "%(num)s hours left", clock_now.hours)


def _facts_form(**present: Any) -> FactsInput:
    form = FactsInput(posted(), **present)
    form.offer(all_newsletters(current_session()))
    return form
