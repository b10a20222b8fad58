"""Mailing the latest change of the policy in force, once for each version."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.policy_change import (
    about,
    announce_change,
    announced_change,
    context_of,
    latest_change,
)
from subscriptions.subscribers.announcing import Kind, count_people
from subscriptions.subscribers.mails import preview_announcement
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.locale import current_locale


@blueprint.get("/announcements/policy")
@access(Rule.OWNER)
def policy_change() -> ResponseReturnValue:
    """The change, the mail as it would be, and the button; or when it was mailed."""
    policy = current_policy()
    mail = preview_announcement(Kind.POLICY_CHANGE, current_locale(), context_of(policy))
    return render_template(
        "admin/policy_change.html",
        policy=policy,
        change=latest_change(policy),
        mail=mail,
        announced=announced_change(current_session(), policy),
        people=count_people(current_session()),
    )


@blueprint.post("/announcements/policy")
@access(Rule.OWNER)
def mail_policy_change() -> ResponseReturnValue:
    """Mail it. A second time is refused."""
    policy = current_policy()
    with unit_of_work() as session:
        announce_change(session, policy)
        note(session, "policy change.mailed", about(policy))
    flash(_("The mails are being queued."), "success")
    return redirect(url_for("admin.announcements"))
