"""The pages of passkeys are Flask-Security's; these two may run our one script."""

from typing import Any

from flask import Flask

from subscriptions.config import Settings
from subscriptions.operators.passkeys import offered
from subscriptions.web.headers import PUBLIC_CSP, own_policy

PAGES = ("security.wan_register", "security.wan_signin")
CSP = PUBLIC_CSP | {"script-src": "'self'"}


def configure(app: Flask, settings: Settings) -> None:
    """Let the two pages run it, and tell templates whether passkeys are on offer."""
    app.jinja_env.globals["passkeys_offered"] = offered(settings)
    for endpoint in PAGES:
        page: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = own_policy(CSP)(page)
