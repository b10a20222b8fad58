"""How often one client may sign up, ask for a manage link, or write on the contact page."""

import time
from ipaddress import ip_address, ip_network

from flask import Flask, current_app, request
from limits import RateLimitItem, parse

from subscriptions.config import Settings
from subscriptions.core.client import client_key
from subscriptions.core.errors import TooManyRequests
from subscriptions.core.keys import derive_key
from subscriptions.core.rate_limits import limiter

IPV6_PREFIX = 64  # what one household gets
SIGNUP_LIMIT = "assent_signup_limit"


def configure(app: Flask, settings: Settings) -> None:
    """Read the limit, and derive the key under which clients are counted."""
    app.extensions["assent_client_key"] = derive_key(app.extensions["assent_keys"], "clients")
    app.extensions[SIGNUP_LIMIT] = (
        None if settings.signup_limit == "off" else parse(settings.signup_limit)
    )


def guard_signups() -> None:
    """Count a sign-up of this client; :class:`TooManyRequests` if it had enough of them."""
    _guard("sign-up")


def guard_manage_links() -> None:
    """The same for asking for a manage link: as many as sign-ups, counted apart."""
    _guard("manage-link")


def guard_enquiries() -> None:
    """The same for the contact page."""
    _guard("enquiry")


def _guard(what: str) -> None:
    limit: RateLimitItem | None = current_app.extensions[SIGNUP_LIMIT]
    if limit is None:
        return
    client = this_client()
    if not limiter.hit(limit, what, client):
        reset_at, _left = limiter.get_window_stats(limit, what, client)
        raise TooManyRequests(max(1, round(reset_at - time.time())))


def this_client() -> str:
    """The key under which the client of this request is counted: never its address."""
    return client_key(current_app.extensions["assent_client_key"], _household(request.remote_addr))


def _household(address: str | None) -> str:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if parsed.version == 4:
        return str(parsed)
    return str(ip_network((parsed, IPV6_PREFIX), strict=False))
