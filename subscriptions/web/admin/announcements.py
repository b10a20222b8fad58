"""Announcements: which there were, and how far each has got."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString

from subscriptions.core.transactions import current_session
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.subscribers.announcing import Kind, list_announcements
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.suppression_inputs import EVERY_NEWSLETTER

TITLES: dict[str, LazyString] = {
    Kind.LAST_MAIL: _("Last mail"),
    Kind.POLICY_CHANGE: _("Change of the privacy notice"),
    Kind.INCIDENT: _("Notice of an incident"),
}


@blueprint.get("/announcements")
@access(Rule.SIGNED_IN)
def announcements() -> ResponseReturnValue:
    """The list, newest first."""
    session = current_session()
    names = {newsletter.id: newsletter.name for newsletter in all_newsletters(session)}
    shown = [
        {
            "title": TITLES[each.kind],
            "about": each.about,
            "whose": [names[one] for one in each.newsletter_ids] or [EVERY_NEWSLETTER],
            "created_at": each.created_at,
            "finished_at": each.finished_at,
            "queued": each.queued,
            "people": each.people,
        }
        for each in list_announcements(session)
    ]
    return render_template("admin/announcements.html", announcements=shown)
