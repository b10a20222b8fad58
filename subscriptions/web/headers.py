"""Security headers, on every answer."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_talisman import Talisman

from subscriptions.config import Settings

PUBLIC_CSP = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
TOKEN_ARGUMENT = "token"  # noqa: S105 (the name of a URL part)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def register(app: Flask, settings: Settings) -> None:
    """Strict policy everywhere; TLS is insisted on where the base URL has it."""
    app.after_request(_let_forms_lead_on)  # runs last: they run in reverse
    Talisman(
        app,
        force_https=False,  # the reverse proxy's business; health checks come by plain HTTP
        strict_transport_security=settings.is_https,
        session_cookie_secure=settings.is_https,
        content_security_policy=PUBLIC_CSP,
        frame_options="DENY",
        # With no-referrer a browser sends "Origin: null", which nothing can check.
        referrer_policy="strict-origin",
    )
    app.after_request(_keep_token_pages_private)


def own_policy(csp: Mapping[str, str], frame_options: str = "DENY") -> Callable[[View], View]:
    """Give one view a content security policy of its own. Goes between the route and the view."""
    decorate: Callable[[View], View] = Talisman()(
        content_security_policy=csp, frame_options=frame_options
    )
    return decorate


def let_forms_lead_to(origin: str) -> None:
    """Let the forms of this page be answered by a redirect to ``origin``.

    Browsers hold a redirect to ``form-action`` as well (CSP 3, 6.4.1).
    """
    g.forms_lead_to = origin


def _let_forms_lead_on(response: Response) -> Response:
    if origin := g.get("forms_lead_to"):
        policy = response.headers["Content-Security-Policy"]
        own = "form-action 'self'"
        response.headers["Content-Security-Policy"] = policy.replace(own, f"{own} {origin}")
    return response


def _keep_token_pages_private(response: Response) -> Response:
    if request.view_args and TOKEN_ARGUMENT in request.view_args:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
