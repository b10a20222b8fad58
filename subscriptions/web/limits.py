"""How often one client may sign up."""

from ipaddress import ip_address, ip_network

from flask import Flask, current_app, request

from subscriptions.config import Settings
from subscriptions.core.client import client_key
from subscriptions.core.keys import derive_key
from subscriptions.core.rate_limits import SCHEME
from subscriptions.extensions import limiter

IPV6_PREFIX = 64  # what one household gets


def configure(app: Flask, settings: Settings) -> None:
    """Count in the database, so that all processes count together."""
    app.config["RATELIMIT_STORAGE_URI"] = f"{SCHEME}://"
    app.config["RATELIMIT_KEY_PREFIX"] = "limit"
    app.config["RATELIMIT_ENABLED"] = True
    app.extensions["assent_client_key"] = derive_key(app.extensions["assent_keys"], "clients")
    limiter.init_app(app)


def signup_limit() -> str:
    """The limit in force."""
    limit: str = current_app.extensions["assent_settings"].signup_limit
    return limit


def signups_are_unlimited() -> bool:
    """Whether the limit is off, as load tests want it."""
    return signup_limit() == "off"


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
