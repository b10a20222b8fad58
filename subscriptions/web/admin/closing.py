"""Closing a newsletter, with a last mail to its subscribers if the operator writes one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.privacy.policy import Trigger, current_policy
from subscriptions.privacy.policy.in_words import kept_in_words
from subscriptions.subscribers.announcing import count_people
from subscriptions.subscribers.closing import close as close_with
from subscriptions.subscribers.models import SUBSCRIPTION
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted, refused, stripped


class ClosingInput(Form):
    """The last mail, if there is to be one."""

    last_mail = TextAreaField(
        _("Last mail to its subscribers"),
        description=_(
            "Empty: nobody is written to. Otherwise everybody who is subscribed gets this text, "
            "with the sentence that it is the last mail and that their data is erased. An empty "
            "line makes a new paragraph."
        ),
        filters=[stripped],
    )


@blueprint.route("/newsletters/<newsletter>/close", methods=["GET", "POST"])
@access(Rule.OWNER)
def close(newsletter: str) -> ResponseReturnValue:
    """Say what closing means and what becomes of the list; the button closes it for good."""
    closing = newsletter_by_slug(current_session(), newsletter)
    form = ClosingInput(posted())
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                text = form.last_mail.data or ""
                close_with(session, newsletter, text)
                thing = f"newsletter {newsletter}"
                note(session, "newsletter.closed", thing, last_mail=bool(text))
        except (Conflict, Invalid) as error:
            refused(form, error)
        else:
            said = gettext("The newsletter is closed. Its forms take no more sign-ups.")
            flash(said, "success")
            return redirect(url_for("admin.newsletter", newsletter=newsletter))
    page = render_template(
        "admin/newsletter_close.html",
        newsletter=closing,
        form=form,
        people=count_people(current_session(), [closing.id]),
        kept=kept_in_words(current_policy().need(SUBSCRIPTION, Trigger.NEWSLETTER_CLOSED)),
    )
    return page, 422 if form.errors else 200
