"""HTTP: parse, call one operation, render."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from subscriptions.config import Settings
from subscriptions.core.identity import current_identity
from subscriptions.extensions import csrf
from subscriptions.privacy.notice.facts import controller_of
from subscriptions.privacy.policy import current_policy
from subscriptions.web import (
    admin,
    banner,
    copies,
    ended,
    errors,
    headers,
    limits,
    locale,
    ops,
    routing,
    sessions,
)
from subscriptions.web.api import blueprint as api
from subscriptions.web.mailbox import blueprint as mailbox
from subscriptions.web.manage import blueprint as manage
from subscriptions.web.preferences import blueprint as preferences
from subscriptions.web.public import blueprint as public
from subscriptions.web.public import open_forms
from subscriptions.web.uploads import UploadRequest

MAX_BODY = 64 * 1024  # bytes; a form with every field filled has about 4,000

__all__ = ["locale", "register"]


def register(app: Flask, settings: Settings) -> None:
    """Bind everything that answers HTTP."""
    app.request_class = UploadRequest
    routing.configure(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 200
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.context_processor(_house_style)
    banner.configure(app)
    copies.configure(app, settings)
    sessions.configure(app, settings)
    csrf.init_app(app)
    for blueprint in (public, preferences, manage, api, ops.blueprint):
        # Forms elsewhere post here and mail providers do; what matters is in the signed token.
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    if settings.uses_local_mailbox:
        app.register_blueprint(mailbox)
    limits.configure(app, settings)
    open_forms.configure(app)
    ended.configure(app)
    admin.register(app, settings)
    errors.register(app)
    headers.register(app, settings)


def _house_style() -> dict[str, str]:
    identity = current_identity()
    return {
        "organisation": identity.organisation,
        "postal_address": identity.postal_address,
        # The one that the notice names.
        "privacy_contact": controller_of(current_policy()).contact,
        "locale": locale.current_locale(),
    }
