"""A form as visitors see it, to be tried without consequences."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session
from subscriptions.newsletters.editing import form_of
from subscriptions.newsletters.queries import open_form
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted
from subscriptions.web.locale import speak
from subscriptions.web.public.forms import form_class


@blueprint.route("/newsletters/<newsletter>/forms/<form>/preview", methods=["GET", "POST"])
@access(Rule.VIEWER)
def preview(newsletter: str, form: str) -> ResponseReturnValue:
    """The public page; pressing its button checks what was typed and stores nothing."""
    owner = current_newsletter()
    shown = open_form(current_session().connection(), form_of(owner, form).slug)
    filled = form_class(shown)(posted(), wording=shown.wording_hash)
    accepted = request.method == "POST" and filled.validate()
    speak(shown.locale)
    page = render_template(
        "admin/form_preview.html",
        newsletter={"name": shown.newsletter_name, "description": shown.newsletter_description},
        signup_form={
            "title": shown.title,
            "intro": shown.intro,
            "action_url": url_for("admin.preview", newsletter=newsletter, form=form),
        },
        form=filled,
        accepted=accepted,
        back_url=url_for("admin.form", newsletter=newsletter, form=form),
    )
    return page, 422 if filled.errors else 200
