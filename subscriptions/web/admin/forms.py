"""Hosted forms: create, edit, preview, take off the web, embed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.editing import form_of, restore_form, retire_form
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.newsletters.form_editing import draft_of, edit_form
from subscriptions.newsletters.models import Newsletter, SignupForm
from subscriptions.newsletters.operations import create_form
from subscriptions.newsletters.translating import languages_beside
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.form_files import takes_file
from subscriptions.web.admin.form_inputs import (
    NewSignupFormInput,
    SignupFormInput,
    first_draft,
    signup_form_input,
)
from subscriptions.web.admin.framing import BUILDER
from subscriptions.web.admin.inputs import refused
from subscriptions.web.admin.snippets import offered_topics, public_url, snippet_of
from subscriptions.web.headers import own_policy
from subscriptions.web.languages import own_name


@blueprint.route("/newsletters/<newsletter>/forms/new", methods=["GET", "POST"])
@own_policy(BUILDER)
@takes_file
@access(Rule.EDITOR)
def new_form(newsletter: str) -> ResponseReturnValue:
    """Create one."""
    owner = current_newsletter()
    form = signup_form_input(NewSignupFormInput, owner, first_draft(owner))
    if request.method == "POST" and form.validate():
        try:
            return redirect(_created(owner, form))
        except (Conflict, Invalid) as error:
            refused(form, error)
    page = render_template("admin/form_new.html", form=form, newsletter=owner)
    return page, 422 if form.errors else 200


def _created(owner: Newsletter, form: NewSignupFormInput) -> str:
    draft = form.draft()
    with unit_of_work() as session:
        made = create_form(session, owner, form.slug.data or "", draft.title, wording=draft.wording)
        edit_form(session, made, draft)
        note(session, "form.created", f"form {made.slug}")
    flash(_("The form is on the web."), "success")
    return _url(owner, made)


@blueprint.get("/newsletters/<newsletter>/forms/<form>")
@access(Rule.VIEWER)
def form(newsletter: str, form: str) -> ResponseReturnValue:
    """One form: what it asks for, its address, the code to embed it."""
    owner = current_newsletter()
    shown = form_of(owner, form)
    draft = draft_of(shown)
    return render_template(
        "admin/form.html",
        newsletter=owner,
        form=shown,
        public_url=public_url(shown),
        topics=offered_topics(shown),
        email=draft.email,
        fields=[(PROFILE_FIELDS[asked.name], asked) for asked in draft.fields],
        languages=languages_beside(shown),
        own_name=own_name,
        snippet=snippet_of(current_session(), shown, shown.locale),
    )


@blueprint.route("/newsletters/<newsletter>/forms/<form>/edit", methods=["GET", "POST"])
@own_policy(BUILDER)
@takes_file
@access(Rule.EDITOR)
def edit_signup_form(newsletter: str, form: str) -> ResponseReturnValue:
    """Change what it asks for."""
    owner = current_newsletter()
    changed = form_of(owner, form)
    filled = signup_form_input(SignupFormInput, owner, draft_of(changed))
    if request.method == "POST" and filled.validate():
        try:
            with unit_of_work() as session:
                edit_form(session, changed, filled.draft())
                note(session, "form.edited", f"form {changed.slug}", wording=changed.wording_hash)
        except Invalid as error:
            refused(filled, error)
        else:
            flash(_("Saved."), "success")
            return redirect(_url(owner, changed))
    page = render_template(
        "admin/form_edit.html",
        form=filled,
        signup_form=changed,
        newsletter=owner,
        logo=logo_url(changed),
    )
    return page, 422 if filled.errors else 200


@blueprint.post("/newsletters/<newsletter>/forms/<form>/retire")
@access(Rule.EDITOR)
def retire_signup_form(newsletter: str, form: str) -> ResponseReturnValue:
    """Take it off the web."""
    owner = current_newsletter()
    with unit_of_work() as session:
        found = form_of(owner, form)
        retire_form(session, found)
        note(session, "form.retired", f"form {form}")
    flash(_("The form is off the web. Links to it say that it is gone."), "success")
    return redirect(_url(owner, found))


@blueprint.post("/newsletters/<newsletter>/forms/<form>/restore")
@access(Rule.EDITOR)
def restore_signup_form(newsletter: str, form: str) -> ResponseReturnValue:
    """Put it back on the web."""
    owner = current_newsletter()
    with unit_of_work() as session:
        found = form_of(owner, form)
        restore_form(session, found)
        note(session, "form.restored", f"form {form}")
    flash(_("The form is on the web again."), "success")
    return redirect(_url(owner, found))


def logo_url(form: SignupForm) -> str | None:
    """Where the logo of a form is, if it has one."""
    return url_for("public.logo", slug=form.slug, name=form.logo.hash) if form.logo else None


def _url(newsletter: Newsletter, form: SignupForm) -> str:
    return url_for("admin.form", newsletter=newsletter.slug, form=form.slug)
