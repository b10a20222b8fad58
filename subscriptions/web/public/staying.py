"""What the mail opens that asks whether somebody still wants a newsletter. GET changes nothing."""

from http import HTTPStatus

from flask import render_template
from flask.typing import ResponseReturnValue

from subscriptions.core.addresses import mask
from subscriptions.core.errors import Gone
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.subscribers.engagement import stay
from subscriptions.subscribers.queries import SubscriptionView, find_subscription
from subscriptions.subscribers.states import Status
from subscriptions.web.locale import speak
from subscriptions.web.public.blueprint import blueprint
from subscriptions.web.tokens import read_token


@blueprint.get("/stay/<token>")
def stay_page(token: str) -> ResponseReturnValue:
    """A page with one button."""
    return _page(_active(token), done=False)


@blueprint.post("/stay/<token>")
def stay_subscribed(token: str) -> ResponseReturnValue:
    """Keep the subscription; pressing again is harmless."""
    view = _active(token)
    with unit_of_work() as session:
        stay(session, read_token(Purpose.STAY, token))
    return _page(view, done=True)


def _active(token: str) -> SubscriptionView:
    view = find_subscription(current_session(), read_token(Purpose.STAY, token))
    if view is None or view.status != Status.ACTIVE:
        raise Gone
    speak(view.locale)
    return view


def _page(view: SubscriptionView, *, done: bool) -> ResponseReturnValue:
    page = render_template(
        "public/stay.html",
        newsletter={"name": view.newsletter_name},
        masked_address=mask(view.address),
        done=done,
    )
    return page, HTTPStatus.OK
