"""How often one client may sign up, ask for a manage link, or write on the contact page.

And how often a new address may be asked whether it is somebody's: whoever owns a subscribed address
can type in a stranger's, and has as many tries as they own addresses.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network

from flask import Flask, current_app, request
from limits import RateLimitItem, parse

from subscriptions.config import Settings
from subscriptions.core.addresses import Address
from subscriptions.core.client import client_key
from subscriptions.core.errors import TooManyRequests
from subscriptions.core.keys import derive_key
from subscriptions.core.rate_limits import limiter
from subscriptions.core.words import lazy_gettext as _

IPV6_PREFIX = 64  # what one household gets
SIGNUP_LIMIT = "assent_signup_limit"
CLIENT_KEY = "assent_client_key"
PER_NEW_ADDRESS = parse("3 per day")


class TooManyMails(TooManyRequests):
    """A new address was asked often enough."""

    message = _("Enough mails went to this address today. Please try again tomorrow.")


def configure(app: Flask, settings: Settings) -> None:
    """Read the limit, and derive the key under which clients are counted."""
    app.extensions[CLIENT_KEY] = derive_key(app.extensions["assent_keys"], "clients")
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


@contextmanager
def counting_mails_to(new: Address) -> Iterator[None]:
    """Count a mail to an address that somebody wants to change to, whoever asks, if one is written.

    Raises :class:`TooManyMails` if the address had enough of them.
    """
    key = (PER_NEW_ADDRESS, "new-address", _key_of(new.key))
    if not limiter.test(*key):
        raise TooManyMails(_seconds_left(*key))
    yield
    limiter.hit(*key)


def _guard(what: str) -> None:
    limit: RateLimitItem | None = current_app.extensions[SIGNUP_LIMIT]
    if limit is None:
        return
    client = this_client()
    if not limiter.hit(limit, what, client):
        raise TooManyRequests(_seconds_left(limit, what, client))


def _seconds_left(limit: RateLimitItem, *key: str) -> int:
    reset_at, _left = limiter.get_window_stats(limit, *key)
    return max(1, round(reset_at - time.time()))


def this_client() -> str:
    """The key under which the client of this request is counted: never its address."""
    return _key_of(_household(request.remote_addr))


def _key_of(text: str) -> str:
    return client_key(current_app.extensions[CLIENT_KEY], text)


def _household(address: str | None) -> str:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if parsed.version == 4:
        return str(parsed)
    return str(ip_network((parsed, IPV6_PREFIX), strict=False))
