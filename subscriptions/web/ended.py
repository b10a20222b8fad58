"""The page that somebody sees who has left: what went, what stays, why and until when."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from flask import Flask, current_app, render_template, url_for

from subscriptions.core import clock
from subscriptions.core.identity import Identity, current_identity
from subscriptions.privacy.after_erasure import (
    NOTHING,
    Since,
    what_stays,
    what_stays_apart,
    what_went,
)
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.policy.in_words import policy_words
from subscriptions.subscribers.ending import Ended
from subscriptions.subscribers.keeping import Keeps
from subscriptions.subscribers.models import SUPPRESSION
from subscriptions.subscribers.queries import SubscriptionView
from subscriptions.web.banner import shown_banners
from subscriptions.web.locale import current_locale, speak

REMEMBERED = "assent_ended_pages"


class Leaving(NamedTuple):
    """All that the page depends on where nothing was kept of anybody: nothing of it is personal."""

    newsletter: str | None
    form: str | None
    erased: bool
    went: Sequence[str]
    keeps: Keeps
    today: date
    locale: str
    identity: Identity
    banners: Sequence[str]


def configure(app: Flask) -> None:
    """Begin with no page remembered.

    To say what stays, in words, is half of what an unsubscribe costs, and it is the same for nearly
    everybody who leaves on a day.
    """
    app.extensions[REMEMBERED] = lru_cache(maxsize=128)(_page)


def ended_page(view: SubscriptionView | None, ended: Ended) -> str:
    """The page after an unsubscribe; asks the store nothing.

    ``view`` is the subscription as it was, None if it had gone before or all of them ended. Whether
    the person ever wrote to us is not said: a link in a newsletter gets forwarded with it.
    """
    if view is not None:
        speak(view.locale)
    leaving = Leaving(
        newsletter=view.newsletter_name if view else None,
        form=view.form_slug if view else None,
        erased=ended.erased,
        went=tuple(what_went(current_policy(), ended.rows)),
        keeps=ended.keeps,
        today=clock.now().date(),
        locale=current_locale(),
        identity=current_identity(),
        banners=tuple(shown_banners()),
    )
    if ended.kept:
        return _page(leaving, ended.kept)
    page: str = current_app.extensions[REMEMBERED](leaving)
    return page


def _page(leaving: Leaving, kept: Since = NOTHING) -> str:
    policy, says_more = current_policy(), leaving.went or kept
    return render_template(
        "public/unsubscribed.html",
        newsletter={"name": leaving.newsletter} if leaving.newsletter else None,
        erased=leaving.erased,
        went=[policy_words(title) for title in leaving.went],
        kept=bool(kept),
        stays=what_stays(policy, clock.now(), kept, leaving.keeps) if says_more else [],
        apart=what_stays_apart(policy) if says_more else [],
        restart_url=url_for("public.form", slug=leaving.form) if leaving.form else None,
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
        went=[policy_words(title) for title in what_went(policy, ended.rows)],
        stays=what_stays(policy, clock.now(), kept, ended.keeps),
    )
