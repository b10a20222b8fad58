"""Guessing is slowed down: failures are counted per account and per client, in the database.

An account is counted by a keyed hash of what was typed, whether there is such an account or not,
so that the answer betrays nothing and nothing is stored that names somebody.
"""

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus

from flask import Flask, Response, current_app, request, session
from flask_login import current_user
from limits import RateLimitItem, parse

from subscriptions.core.addresses import address_key
from subscriptions.core.client import client_key
from subscriptions.core.errors import TooManyRequests
from subscriptions.core.keys import derive_key
from subscriptions.core.rate_limits import limiter
from subscriptions.core.words import lazy_gettext as _
from subscriptions.web.limits import this_client

KEY = "assent_account_key"
PER_ACCOUNT = parse("10 per 15 minutes")
PER_CLIENT = parse("50 per 15 minutes")
RESETS_PER_ACCOUNT = parse("3 per hour")
RESETS_PER_CLIENT = parse("20 per hour")


class TooManyAttempts(TooManyRequests):
    """Too many failures for this account or from this client."""

    message = _("There were too many attempts. Please wait a quarter of an hour and try again.")


def configure(app: Flask) -> None:
    """Guard every form that takes a secret."""
    app.extensions[KEY] = derive_key(app.extensions["assent_keys"], "accounts")
    app.before_request(_refuse)
    app.after_request(_count)


def _typed_address() -> str:
    return address_key(request.form.get("email", "").strip())


def _half_signed_in() -> str:
    return str(session.get("tf_user_id", ""))


def _signed_in() -> str:
    return str(current_user.get_id() or "")


# Which account a request tries. What is asked for by mail is counted by itself.
GUARDED: dict[str, Callable[[], str]] = {
    "security.login": _typed_address,
    "security.two_factor_token_validation": _half_signed_in,
    "security.mf_recovery": _half_signed_in,
    "security.verify": _signed_in,
    "security.change_password": _signed_in,
    "security.forgot_password": _typed_address,
}
RESET = "security.forgot_password"


def _refuse() -> None:
    if request.method != "POST" or request.endpoint not in GUARDED:
        return
    for limit, *key in _counters():
        if not limiter.test(limit, *key):
            reset_at, _left = limiter.get_window_stats(limit, *key)
            raise TooManyAttempts(max(1, round(reset_at - time.time())))
    # The view may sign in or out and so change whose attempt it was.
    request.environ[KEY] = list(_counters())


def _count(response: Response) -> Response:
    # A success redirects; a form that comes back was a failure, or a request for a mail.
    if KEY in request.environ and response.status_code == HTTPStatus.OK:
        for limit, *key in request.environ[KEY]:
            limiter.hit(limit, *key)
    return response


def _counters() -> Iterator[tuple[RateLimitItem, str, str]]:
    reset = request.endpoint == RESET
    account = client_key(current_app.extensions[KEY], GUARDED[request.endpoint or ""]())
    scope = "reset" if reset else "sign-in"
    yield RESETS_PER_ACCOUNT if reset else PER_ACCOUNT, scope, account
    yield RESETS_PER_CLIENT if reset else PER_CLIENT, scope, this_client()
