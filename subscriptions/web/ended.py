"""The page that somebody sees who has left: what went, what stays, why and until when."""

from datetime import datetime

from flask import render_template, url_for

from subscriptions.core import clock
from subscriptions.privacy.after_erasure import Since, what_stays, what_stays_apart, what_went
from subscriptions.privacy.policy import current_policy
from subscriptions.subscribers.ending import Ended
from subscriptions.subscribers.models import SUPPRESSION
from subscriptions.subscribers.queries import SubscriptionView
from subscriptions.web.locale import speak


def ended_page(view: SubscriptionView | None, ended: Ended) -> str:
    """The page after an unsubscribe; asks the store nothing.

    ``view`` is the subscription as it was, None if it had gone before or all of them ended. Whether
    the person ever wrote to us is not said: a link in a newsletter gets forwarded with it.
    """
    if view is not None:
        speak(view.locale)
    went = what_went(current_policy(), ended.rows)
    return render_template(
        "public/unsubscribed.html",
        newsletter={"name": view.newsletter_name} if view else None,
        erased=ended.erased,
        went=went,
        kept=bool(ended.kept),
        stays=(
            what_stays(current_policy(), clock.now(), ended.kept, ended.keeps)
            if went or ended.kept
            else []
        ),
        apart=what_stays_apart(current_policy()) if went or ended.kept else [],
        restart_url=(
            url_for("public.form", slug=view.form_slug) if view and view.form_slug else None
        ),
    )


def erased_page(
    ended: Ended,
    suppressed_since: datetime | None,
    outlives: Since,
    *,
    objected: bool,
    told: bool,
) -> str:
    """The page after an erasure or an objection behind a manage link.

    ``told`` says that a last mail confirms it; asks the store nothing.
    """
    policy = current_policy()
    suppressed = {SUPPRESSION: suppressed_since} if suppressed_since else {}
    kept = {**ended.kept, **suppressed, **outlives}
    return render_template(
        "manage/erased.html",
        objected=objected,
        told=told,
        went=what_went(policy, ended.rows),
        stays=what_stays(policy, clock.now(), kept, ended.keeps),
    )
