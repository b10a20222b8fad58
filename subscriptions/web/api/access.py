"""Who may ask the API what: a bearer key (RFC 6750) with the scope that the view declares.

``routes.toml`` beside this file lists every route with its scope once more.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TypeVar

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, parse

from subscriptions.core import clock
from subscriptions.core.errors import AssentError, NotFound, TooManyRequests
from subscriptions.core.rate_limits import limiter
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.operators.api_keys import note_use, valid_key
from subscriptions.operators.models import ApiKey
from subscriptions.operators.scopes import Scope
from subscriptions.web.limits import this_client

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

SCOPE = "assent_api_scope"
NEWSLETTER = "newsletter"  # the part of a URL that names the newsletter
BEARER = "bearer"
PER_KEY = parse("300 per minute")
REFUSALS = parse("30 per 15 minutes")  # of one client


class NoKey(AssentError):
    """The request brings no key, or one that opens nothing. Why, is not for it to know."""

    code = "unauthorized"
    status = HTTPStatus.UNAUTHORIZED
    message = _("This needs a key that is in force, as a bearer token.")
    challenge = 'Bearer realm="Assent"'


class WrongKey(NoKey):
    """The key is unknown, over or revoked."""

    code = "invalid_token"
    challenge = 'Bearer realm="Assent", error="invalid_token"'


class WrongScope(NoKey):
    """The key is in force and not for this."""

    code = "insufficient_scope"
    status = HTTPStatus.FORBIDDEN
    message = _("This key is not for that. An owner can make one with the scope that is named.")

    def __init__(self, scope: Scope) -> None:
        self.challenge = f'Bearer realm="Assent", error="insufficient_scope", scope="{scope}"'
        super().__init__()


class TooFast(TooManyRequests):
    """This key, or this client with wrong ones, asked too often."""

    message = _("That was too often. Please go on a little later.")


def needs(scope: Scope) -> Callable[[View], View]:
    """Declare what a key needs for a view. Goes between the route and the function."""

    def declare(view: View) -> View:
        setattr(view, SCOPE, scope)
        return view

    return declare


def guard() -> None:
    """Refuse whoever has no key for the view that was asked for, before it runs."""
    scope = getattr(current_app.view_functions[request.endpoint or ""], SCOPE, None)
    if scope is None:
        raise RuntimeError(f"{request.endpoint} declares no scope")
    key = _key()
    if not limiter.hit(PER_KEY, "api", key.reference):
        raise _too_fast(PER_KEY, "api", key.reference)
    if scope not in key.scopes:
        raise WrongScope(scope)
    if slug := (request.view_args or {}).get(NEWSLETTER):
        g.api_newsletter = _newsletter(slug, key)
    if key.last_used_on != clock.today():
        with unit_of_work() as session:
            note_use(session, key)


def current_key() -> ApiKey:
    """The key that this request brings."""
    key: ApiKey = g.api_key
    return key


def current_newsletter() -> Newsletter:
    """The newsletter that the URL names; the guard has seen that the key is for it."""
    newsletter: Newsletter = g.api_newsletter
    return newsletter


def _key() -> ApiKey:
    brought = request.authorization
    if brought is None or brought.type != BEARER or not brought.token:
        raise NoKey
    key = valid_key(current_session(), brought.token)
    if key is None:
        # A right key goes through all the same: others may share its address.
        client = this_client()
        if not limiter.hit(REFUSALS, "api-refused", client):
            raise _too_fast(REFUSALS, "api-refused", client)
        raise WrongKey
    g.api_key = key
    return key


def _newsletter(slug: str, key: ApiKey) -> Newsletter:
    """The newsletter. With a key for another one doesn't even learn whether it exists."""
    with suppress(NotFound):
        newsletter = newsletter_by_slug(current_session(), slug)
        if key.newsletter_id in {None, newsletter.id}:
            return newsletter
    raise NotFound


def _too_fast(limit: RateLimitItem, *key: str) -> TooFast:
    reset_at, _left = limiter.get_window_stats(limit, *key)
    return TooFast(max(1, round(reset_at - time.time())))
