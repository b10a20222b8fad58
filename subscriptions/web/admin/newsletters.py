"""Newsletters: list, create, edit, close."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.editing import edit_newsletter
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.operations import create_newsletter
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.roles import Role
from subscriptions.subscribers.announcing import Kind, announcement_of
from subscriptions.subscribers.closing import about
from subscriptions.subscribers.statistics import totals_of
from subscriptions.web.admin.access import (
    Rule,
    access,
    current_newsletter,
    current_operator,
)
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import NewNewsletterInput, NewsletterInput, posted, refused
from subscriptions.web.admin.spans import LABELS, Span
from subscriptions.web.admin.statistics import statistics_of


def visible_newsletters() -> Sequence[Newsletter]:
    """The newsletters that this operator has a role on."""
    operator = current_operator()
    return [n for n in all_newsletters(current_session()) if operator.role_on(n.id)]


@blueprint.get("/newsletters")
@access(Rule.SIGNED_IN)
def newsletters() -> ResponseReturnValue:
    """The list."""
    shown = visible_newsletters()
    totals = totals_of(current_session(), [newsletter.id for newsletter in shown])
    return render_template("admin/newsletters.html", newsletters=shown, totals=totals)


@blueprint.route("/newsletters/new", methods=["GET", "POST"])
@access(Rule.OWNER)
def new_newsletter() -> ResponseReturnValue:
    """Create one."""
    form = NewNewsletterInput(posted(), languages="en")
    if request.method == "POST" and form.validate():
        try:
            return redirect(_created(form))
        except (Conflict, Invalid) as error:
            refused(form, error)
    page = render_template("admin/newsletter_new.html", form=form)
    return page, 422 if form.errors else 200


def _created(form: NewNewsletterInput) -> str:
    with unit_of_work() as session:
        made = create_newsletter(session, form.slug.data or "", form.name.data or "")
        _save(session, made, form)
        note(session, "newsletter.created", f"newsletter {made.slug}")
    flash(_("The newsletter is there. Now give it a form, so that people can sign up."), "success")
    return url_for("admin.newsletter", newsletter=made.slug)


def _save(session: Session, newsletter: Newsletter, form: NewsletterInput) -> None:
    edit_newsletter(
        session,
        newsletter,
        name=form.name.data or "",
        description=form.description.data or "",
        sender_name=form.sender_name.data or "",
        reply_to=form.reply_to.data or "",
        languages=form.tags(),
    )


@blueprint.get("/newsletters/<newsletter>")
@access(Rule.VIEWER)
def newsletter(newsletter: str) -> ResponseReturnValue:
    """One newsletter: its numbers, topics, forms, and what can be done."""
    shown = current_newsletter()
    session = current_session()
    return render_template(
        "admin/newsletter.html",
        newsletter=shown,
        totals=totals_of(session, [shown.id])[shown.id],
        statistics=statistics_of(session, [shown], Span.named(request.args.get("span", ""))),
        spans=LABELS,
        last_mail=announcement_of(session, Kind.LAST_MAIL, about(shown)),
        may_edit=current_operator().may(Role.EDITOR, shown.id),
    )


@blueprint.route("/newsletters/<newsletter>/edit", methods=["GET", "POST"])
@access(Rule.EDITOR)
def edit(newsletter: str) -> ResponseReturnValue:
    """Change its data."""
    changed = current_newsletter()
    form = NewsletterInput(posted(), data=_present(changed))
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                _save(session, changed, form)
                note(session, "newsletter.edited", f"newsletter {changed.slug}")
        except Invalid as error:
            refused(form, error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("admin.newsletter", newsletter=changed.slug))
    page = render_template("admin/newsletter_edit.html", form=form, newsletter=changed)
    return page, 422 if form.errors else 200


def _present(newsletter: Newsletter) -> dict[str, str]:
    return {
        "name": newsletter.name,
        "description": newsletter.description,
        "sender_name": newsletter.sender_name,
        "reply_to": newsletter.reply_to,
        "languages": ", ".join(newsletter.languages),
    }
