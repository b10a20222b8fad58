"""The admin: where operators work. Needs a sign-in, but no script, except for passkeys."""

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError

from subscriptions.config import Settings
from subscriptions.core.errors import AssentError
from subscriptions.extensions import bootstrap
from subscriptions.operators import security
from subscriptions.web.admin import (
    access,
    account,
    adding,
    announcements,
    api_keys,
    audit,
    bulk,
    closing,
    correcting,
    dashboard,
    dead_letters,
    enquiries,
    errors,
    exports,
    form_languages,
    forms,
    imports,
    incident_notices,
    incidents,
    lockout,
    mail_texts,
    menu,
    newsletters,
    one_subscriber,
    operators,
    opt_in_records,
    own_sessions,
    passkeys,
    password_alone,
    policy_change,
    previews,
    processing,
    request_acts,
    requests,
    retention,
    segments,
    setup,
    signed_in,
    sites,
    start,
    start_identity,
    start_mail,
    start_offer,
    subscribers,
    suppression,
    team,
    topics,
    webhooks,
)
from subscriptions.web.admin.blueprint import blueprint

__all__ = [
    "account",
    "adding",
    "announcements",
    "api_keys",
    "audit",
    "bulk",
    "closing",
    "correcting",
    "dashboard",
    "dead_letters",
    "enquiries",
    "exports",
    "form_languages",
    "forms",
    "imports",
    "incident_notices",
    "incidents",
    "mail_texts",
    "newsletters",
    "one_subscriber",
    "operators",
    "opt_in_records",
    "own_sessions",
    "password_alone",
    "policy_change",
    "previews",
    "processing",
    "register",
    "request_acts",
    "requests",
    "retention",
    "segments",
    "setup",
    "sites",
    "start",
    "start_identity",
    "start_mail",
    "start_offer",
    "subscribers",
    "suppression",
    "team",
    "topics",
    "webhooks",
]

BLUEPRINTS = {"admin", "security"}

blueprint.before_request(access.guard)
blueprint.before_request(signed_in.note_seen)
blueprint.register_error_handler(AssentError, errors.answer)


def register(app: Flask, settings: Settings) -> None:
    """Bind accounts and pages."""
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    bootstrap.init_app(app)
    security.configure(app, settings)
    signed_in.configure(app)
    passkeys.configure(app, settings)
    lockout.configure(app)
    # Flask-Security's pages are in a blueprint of their own.
    app.register_error_handler(CSRFError, errors.stale_form)
    app.register_error_handler(lockout.TooManyAttempts, errors.answer)
    app.context_processor(menu.context)
    app.register_blueprint(blueprint)
    app.after_request(_keep_out_of_caches)


def _keep_out_of_caches(response: Response) -> Response:
    if request.blueprint in BLUEPRINTS:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
