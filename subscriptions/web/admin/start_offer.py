"""Steps of the guided first run: the newsletter, and the form that people sign up on."""

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.links import current_links
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.asking import asked_fields
from subscriptions.newsletters.editing import edit_newsletter
from subscriptions.newsletters.fields import allowed_fields
from subscriptions.newsletters.form_editing import draft_of, edit_form
from subscriptions.newsletters.models import Newsletter, SignupForm
from subscriptions.newsletters.operations import (
    close_newsletter,
    create_form,
    create_newsletter,
)
from subscriptions.newsletters.queries import newest_newsletter
from subscriptions.operators.first_steps import Step, step_done
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted, refused
from subscriptions.web.admin.start import onward, step_page
from subscriptions.web.admin.start_inputs import (
    FirstFormInput,
    FirstNewsletterInput,
    OwnNewsletterInput,
)
from subscriptions.web.checkboxes import SelectChoice


@blueprint.route("/start/newsletter", methods=["GET", "POST"])
@access(Rule.OWNER)
def start_newsletter() -> ResponseReturnValue:
    """Keep or rename the newest newsletter: at the beginning, the sample."""
    newsletter = newest_newsletter(current_session())
    form = FirstNewsletterInput(posted(), obj=newsletter)
    if newsletter and request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                _save(session, newsletter, form)
        except Invalid as error:
            refused(form, error)
        else:
            return onward(Step.NEWSLETTER)
    own = OwnNewsletterInput(close=True)
    return step_page(Step.NEWSLETTER, form, newsletter=newsletter, own=own)


@blueprint.post("/start/newsletter/new")
@access(Rule.OWNER)
def start_own_newsletter() -> ResponseReturnValue:
    """Begin with another newsletter, and close the one that was there if that is wanted."""
    newsletter = newest_newsletter(current_session())
    own = OwnNewsletterInput(request.form)
    if own.validate():
        try:
            with unit_of_work() as session:
                _create(session, newsletter, own)
        except (Conflict, Invalid) as error:
            refused(own, error)
        else:
            return onward(Step.NEWSLETTER)
    form = FirstNewsletterInput(obj=newsletter)
    page, _status = step_page(Step.NEWSLETTER, form, newsletter=newsletter, own=own)
    return page, 422


@blueprint.route("/start/form", methods=["GET", "POST"])
@access(Rule.OWNER)
def start_form() -> ResponseReturnValue:
    """Say what the newest form says and asks for; make one if there is none."""
    newsletter = newest_newsletter(current_session())
    signup_form = _form_of(newsletter)
    form = FirstFormInput(posted(), obj=signup_form)
    form.fields.choices = [SelectChoice(field.name, field.label) for field in allowed_fields()]
    if newsletter and request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                _write_form(session, newsletter, signup_form, form)
        except (Conflict, Invalid) as error:
            refused(form, error)
        else:
            return onward(Step.FORM)
    slug = signup_form.slug if signup_form else newsletter.slug if newsletter else ""
    return step_page(
        Step.FORM,
        form,
        newsletter=newsletter,
        signup_form=signup_form,
        public_url=f"{current_links().base_url}/forms/{slug}",
    )


def _save(session: Session, newsletter: Newsletter, form: FirstNewsletterInput) -> None:
    edit_newsletter(
        session,
        newsletter,
        name=form.name.data or "",
        description=form.description.data or "",
        sender_name=newsletter.sender_name,
        reply_to=form.reply_to.data or "",
        languages=newsletter.languages,
    )
    step_done(session, Step.NEWSLETTER)
    note(session, "newsletter.edited", f"newsletter {newsletter.slug}", newsletter=newsletter.slug)


def _create(session: Session, present: Newsletter | None, own: OwnNewsletterInput) -> None:
    made = create_newsletter(session, own.slug.data or "", own.new_name.data or "")
    note(session, "newsletter.created", f"newsletter {made.slug}", newsletter=made.slug)
    if present and own.close.data:
        close_newsletter(session, present.slug)
        note(session, "newsletter.closed", f"newsletter {present.slug}", newsletter=present.slug)
    step_done(session, Step.NEWSLETTER)


def _form_of(newsletter: Newsletter | None) -> SignupForm | None:
    forms = newsletter.forms if newsletter else []
    return next((form for form in reversed(forms) if form.retired_at is None), None)


def _write_form(
    session: Session, newsletter: Newsletter, present: SignupForm | None, form: FirstFormInput
) -> None:
    title = form.title.data or ""
    written = present or create_form(session, newsletter, newsletter.slug, title)
    draft = replace(
        draft_of(written),
        title=title,
        intro=form.intro.data or "",
        fields=asked_fields(form.fields.data or [], written.field_settings),
    )
    edit_form(session, written, draft)
    step_done(session, Step.FORM)
    note(session, "form.edited", f"form {written.slug}", newsletter=newsletter.slug)
