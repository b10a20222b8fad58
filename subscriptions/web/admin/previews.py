"""A form as visitors see it, to be tried without consequences; one that isn't kept yet as well."""

import base64

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session
from subscriptions.newsletters.editing import form_of
from subscriptions.newsletters.form_editing import draft_of
from subscriptions.newsletters.logos import Logo
from subscriptions.newsletters.previewing import form_like
from subscriptions.newsletters.queries import open_form
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.form_files import takes_file
from subscriptions.web.admin.form_inputs import SignupFormInput, first_draft, signup_form_input
from subscriptions.web.admin.framing import FRAMED_FORM, SAME_ORIGIN
from subscriptions.web.admin.inputs import posted, refused
from subscriptions.web.headers import own_policy
from subscriptions.web.public.forms import form_class, new_form_class
from subscriptions.web.public.hosted_forms import shown_form


@blueprint.route("/newsletters/<newsletter>/forms/<form>/preview", methods=["GET", "POST"])
@access(Rule.VIEWER)
def preview(newsletter: str, form: str) -> ResponseReturnValue:
    """The public page; pressing its button checks what was typed and stores nothing."""
    owner = current_newsletter()
    shown = open_form(current_session().connection(), form_of(owner, form).slug)
    filled = form_class(shown)(posted(), wording=shown.wording_hash)
    accepted = request.method == "POST" and filled.validate()
    page = render_template(
        "admin/form_preview.html",
        **shown_form(shown, filled, url_for("admin.preview", newsletter=newsletter, form=form)),
        accepted=accepted,
        back_url=url_for("admin.form", newsletter=newsletter, form=form),
    )
    return page, 422 if filled.errors else 200


@blueprint.post("/newsletters/<newsletter>/form-preview")
@own_policy(FRAMED_FORM, SAME_ORIGIN)
@takes_file
@access(Rule.EDITOR)
def preview_draft(newsletter: str) -> ResponseReturnValue:
    """What the fields of the form builder would make; ``form`` names the one that is edited."""
    owner, session = current_newsletter(), current_session()
    slug = request.args.get("form")
    present = form_of(owner, slug) if slug else None
    sent = signup_form_input(
        SignupFormInput, owner, draft_of(present) if present else first_draft(owner)
    )
    try:
        if sent.validate():
            draft = sent.draft()
            shown = form_like(session, owner, draft, present)
            page = shown_form(shown, new_form_class(shown)(), action_url="")
            return render_template("public/form.html", **_with_new_logo(page, draft.logo))
    except Invalid as error:
        refused(sent, error)
    return render_template("admin/draft_refused.html", form=sent), 422


def _with_new_logo(page: dict[str, object], logo: Logo | None) -> dict[str, object]:
    """Nothing can be asked for a logo that isn't kept yet: the page holds it itself."""
    if logo is None:
        return page
    inside = f"data:image/{logo.kind};base64,{base64.b64encode(logo.data).decode()}"
    return page | {"look": {**page["look"], "logo_url": inside}}  # type: ignore[dict-item]
