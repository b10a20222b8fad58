"""What the links in mails open: confirm and unsubscribe. GET changes nothing."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.addresses import mask
from subscriptions.core.errors import ExpiredToken, Gone
from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose, Reference
from subscriptions.core.transactions import current_session, writing
from subscriptions.privacy.receipts.issuing import just_confirmed, receipt_link
from subscriptions.subscribers.ending import Ended
from subscriptions.subscribers.lifecycle import (
    RequestChanged,
    confirm,
    fingerprint,
    unsubscribe,
)
from subscriptions.subscribers.mails import confirm_within
from subscriptions.subscribers.queries import (
    SubscriptionView,
    chosen_topics,
    find_subscription,
    lock_subscription,
    requested_consent,
)
from subscriptions.subscribers.states import Status
from subscriptions.web.ended import ended_page
from subscriptions.web.evidence import evidence
from subscriptions.web.locale import speak
from subscriptions.web.public.blueprint import blueprint
from subscriptions.web.tokens import read_token

SHOWN = "shown"  # the form field that says what the page with the button said


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """A page with one button."""
    try:
        view = _pending_or_active(find_subscription(current_session(), _read_confirmation(token)))
    except (ExpiredToken, Gone) as error:
        return _over(error)
    if view.status == Status.ACTIVE:
        return _confirmed(view, already=True)
    return _ask(token, view)


@blueprint.post("/confirm/<token>")
def confirm_subscription(token: str) -> ResponseReturnValue:
    """Make the subscription active; pressing again is harmless."""
    try:
        reference = _read_confirmation(token)
        with writing() as unit:
            view = _pending_or_active(lock_subscription(unit, reference))
            proof = evidence("confirmation link", view.locale)
            already = confirm(unit, view, proof, shown=request.form.get(SHOWN))
    except (ExpiredToken, Gone) as error:
        return _over(error)
    except RequestChanged as error:
        # Somebody signed up again while the page was open: it must say what is agreed to now.
        return _ask(token, view), error.status
    return _confirmed(view, already=already)


def _ask(token: str, view: SubscriptionView) -> str:
    session = current_session()
    asked = requested_consent(session, view.id)
    speak(view.locale)
    return render_template(
        "public/confirm.html",
        newsletter={"name": view.newsletter_name},
        masked_address=mask(view.address),
        topics=[topic.title for topic in chosen_topics(session, view.id)],
        wording=asked.wording,
        shown_name=SHOWN,
        shown=fingerprint(asked.wording_hash, asked.topics),
        action_url=url_for("public.confirm_subscription", token=token),
    )


@blueprint.get("/unsubscribe/<token>")
def unsubscribe_page(token: str) -> ResponseReturnValue:
    """A page that says what will end, with one button."""
    reference = read_token(Purpose.UNSUBSCRIBE, token)
    view = find_subscription(current_session(), reference)
    if view is None or view.status == Status.ENDED:
        return ended_page(None, Ended(None, erased=False))
    speak(view.locale)
    return render_template(
        "public/unsubscribe.html",
        newsletter={"name": view.newsletter_name},
        masked_address=mask(view.address),
        action_url=url_for("public.unsubscribe_now", token=token),
        preferences_url=current_links().to(Purpose.PREFERENCES, reference.id, reference.epoch),
        others=view.others,
    )


@blueprint.post("/unsubscribe/<token>")
def unsubscribe_now(token: str) -> ResponseReturnValue:
    """End and erase at once: for the page's button and for RFC 8058. Again: 200 as well."""
    reference = read_token(Purpose.UNSUBSCRIBE, token)
    with writing() as unit:
        view = lock_subscription(unit, reference)
        ended = unsubscribe(unit, view)
    return ended_page(view, ended)


def _read_confirmation(token: str) -> Reference:
    return read_token(Purpose.CONFIRM, token, confirm_within())


def _pending_or_active(view: SubscriptionView | None) -> SubscriptionView:
    if view is None or view.status == Status.ENDED:
        raise Gone
    return view


def _confirmed(view: SubscriptionView, *, already: bool) -> str:
    speak(view.locale)
    return render_template(
        "public/confirmed.html",
        newsletter={"name": view.newsletter_name},
        already=already,
        preferences_url=current_links().to(Purpose.PREFERENCES, view.reference, view.epoch),
        receipt_url=_receipt_url(view),
    )


def _receipt_url(view: SubscriptionView) -> str | None:
    if not just_confirmed(view.confirmed_at):
        return None
    return receipt_link(view.reference, view.epoch)


def _over(error: ExpiredToken | Gone) -> ResponseReturnValue:
    reason = "expired" if isinstance(error, ExpiredToken) else "ended"
    page = render_template(
        "public/expired.html", reason=reason, restart_url=url_for("public.index")
    )
    return page, error.status
