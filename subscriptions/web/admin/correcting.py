"""Correcting what is held of a subscriber, for somebody who asked in another way (Article 16)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.privacy.policy import current_policy
from subscriptions.subscribers.by_operators import correct_for
from subscriptions.subscribers.listing import subscriber_record
from subscriptions.subscribers.own_data import own_subscription
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted
from subscriptions.web.manage.forms import CorrectionForm, correction_form


@blueprint.route(
    "/newsletters/<newsletter>/subscribers/<reference>/correct", methods=["GET", "POST"]
)
@access(Rule.EDITOR)
def correct_subscriber(newsletter: str, reference: str) -> ResponseReturnValue:
    """Change language and profile of one subscription."""
    session = current_session()
    record = subscriber_record(session, current_newsletter().id, reference)
    own = own_subscription(session, record.subscription.subscriber_id, reference)
    form = correction_form(own, posted())
    if request.method == "POST" and form.validate():
        changed = _correct(reference, form)
        flash(_("Corrected.") if changed else _("Nothing was changed."), "success")
        return redirect(url_for("admin.subscriber", newsletter=newsletter, reference=reference))
    page = render_template(
        "admin/subscriber_correct.html",
        form=form,
        newsletter=current_newsletter(),
        reference=reference,
        address=record.address,
        notified=current_policy().requests.notify_changes,
    )
    return page, 422 if form.errors else 200


def _correct(reference: str, form: CorrectionForm) -> bool:
    with unit_of_work() as session:
        changed = correct_for(
            session,
            current_newsletter().id,
            reference,
            form.locale.data,
            form.profile(),
            notify=current_policy().requests.notify_changes,
        )
        if changed:
            note(session, "subscriber.corrected", f"subscription {reference}")
    return changed
