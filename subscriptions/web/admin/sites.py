"""The sites that forms may lead to after a sign-up; owners keep the list."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField
from wtforms.validators import Length

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext, ngettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.redirects import MAX_URL, link_site, linked_sites, unlink_site
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import NEEDED, posted, refused, stripped


class SiteInput(Form):
    """A site to list."""

    url = StringField(
        _("Address of the site"),
        [NEEDED, Length(max=MAX_URL)],
        description=_("Such as https://www.example.org. Forms may lead to every page of it."),
        filters=[stripped],
    )


@blueprint.route("/sites", methods=["GET", "POST"])
@access(Rule.OWNER)
def sites() -> ResponseReturnValue:
    """The list, and a form to add one."""
    form = SiteInput(posted())
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                origin = link_site(session, form.url.data or "")
                note(session, "site.linked", f"site {origin}"[:200])
        except (Conflict, Invalid) as error:
            refused(form, error)
        else:
            flash(gettext("Forms may lead to this site now."), "success")
            return redirect(url_for("admin.sites"))
    page = render_template("admin/sites.html", form=form, sites=linked_sites(current_session()))
    return page, 422 if form.errors else 200


@blueprint.post("/sites/unlink")
@access(Rule.OWNER)
def unlink() -> ResponseReturnValue:
    """Take one off the list; forms that lead there show our own page at once."""
    origin = request.form.get("origin", "")
    with unit_of_work() as session:
        forms = unlink_site(session, origin)
        slugs = [form.slug for form in forms]
        note(session, "site.unlinked", f"site {origin}"[:200], forms=slugs or None)
    flash(_told(len(forms)), "success")
    return redirect(url_for("admin.sites"))


def _told(forms: int) -> str:
    if not forms:
        return gettext("Forms may lead to this site no longer. None did.")
    return ngettext(
        "Forms may lead to this site no longer. One did, and shows our own page now.",
        "Forms may lead to this site no longer. %(num)s did, and show our own page now.",
        forms,
    )
