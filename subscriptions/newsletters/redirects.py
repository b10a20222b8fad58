"""Where a form may lead people after their sign-up: to pages of sites that an owner has listed.

Whoever may edit a form could otherwise send everybody who signs up to any page of the web.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscriptions.core.errors import Conflict, Invalid, NotFound
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import LinkedSite, SignupForm

MAX_URL = 500  # characters
# What a browser and we could read in two ways (RFC 3986 has none of it) is refused.
PLAIN = re.compile(r"[!-\[\]-~]+")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
LOOPBACK = {"localhost", "127.0.0.1"}
USUAL_PORT = {"https": 443, "http": 80}


def origin_of(url: str) -> str:
    """The origin of a page (RFC 6454), such as ``https://example.org``.

    :class:`Invalid` unless it is reached by https, or by http on this very machine.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _unfit() from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not (secure and PLAIN.fullmatch(url) and len(url) <= MAX_URL):
        raise _unfit()
    if "@" in parts.netloc or not HOST.fullmatch(host):
        raise _unfit()
    usual = port in {None, USUAL_PORT[parts.scheme]}
    return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")


def linked_sites(session: Session) -> Sequence[str]:
    """The origins that forms may lead to."""
    return session.scalars(select(LinkedSite.origin).order_by(LinkedSite.origin)).all()


def link_site(session: Session, url: str) -> str:
    """Let forms lead to pages of this site; return its origin."""
    origin = origin_of(url)
    if session.get(LinkedSite, origin):
        raise Conflict(_("This site is in the list already."))
    session.add(LinkedSite(origin=origin))
    session.flush()
    return origin


def unlink_site(session: Session, origin: str) -> list[SignupForm]:
    """Let forms lead to a site no longer; return those that did, which show our own page now."""
    # First the site: who is about to lead a form to it holds it until then.
    gone = delete(LinkedSite).filter_by(origin=origin).returning(LinkedSite.origin)
    if session.scalar(gone) is None:
        raise NotFound
    leading = select(SignupForm).where(SignupForm.redirect_url.startswith(origin, autoescape=True))
    forms = [form for form in session.scalars(leading) if origin_of(form.redirect_url) == origin]
    for form in forms:
        form.redirect_url = ""
    session.flush()
    return forms


def checked_redirect(session: Session, url: str) -> str:
    """The address of a page on a listed site, in one spelling; :class:`Invalid` if it is none."""
    if not url:
        return ""
    origin = origin_of(url)
    listed = select(LinkedSite.origin).filter_by(origin=origin).with_for_update(read=True)
    if session.scalar(listed) is None:
        raise Invalid(_("%(site)s is not a site that forms may lead to.", site=origin))
    return origin + urlunsplit(("", "", *urlsplit(url)[2:]))


def _unfit() -> Invalid:
    return Invalid(
        _("A page to lead to begins with https:// and is written as the browser copies it.")
    )
