"""Security headers, on every answer."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Flask, Response, request
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


def _keep_token_pages_private(response: Response) -> Response:
    if request.view_args and TOKEN_ARGUMENT in request.view_args:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
