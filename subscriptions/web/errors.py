"""Errors become answers here, once: the right status, plain words, no traceback."""

import time
from http import HTTPStatus

from flask import Flask, Response, make_response, render_template, request
from flask_limiter.errors import RateLimitExceeded
from structlog import get_logger
from werkzeug.exceptions import HTTPException

from subscriptions.core.errors import AssentError, Unavailable
from subscriptions.core.transactions import store_failed
from subscriptions.core.words import gettext as _
from subscriptions.extensions import db, limiter

log = get_logger()

RETRY_AFTER = 10  # seconds, when the store is away


def register(app: Flask) -> None:
    """Bind the handlers."""
    app.register_error_handler(AssentError, _answer)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, title: str, message: str, restart_url: str | None = None) -> Response:
    """A page for an error. Asks the store nothing, for the store may be what failed."""
    page = render_template(
        "public/error.html", status=status, title=title, message=message, restart_url=restart_url
    )
    return make_response(page, status)


def _answer(error: AssentError) -> Response:
    return error_page(error.status, error.status.phrase, str(error.message))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = HTTPStatus(error.code or 500)
    response = error_page(status, status.phrase, _message(status))
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _too_many(error: RateLimitExceeded) -> Response:
    response = error_page(
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Too many sign-ups"),
        _("Too many sign-ups came from your network. Please try again a little later."),
    )
    limit = limiter.current_limit
    wait = max(1, round(limit.reset_at - time.time())) if limit else 60
    response.headers["Retry-After"] = str(wait)
    return response


def _unexpected(error: Exception) -> Response:
    if store_failed(error):
        log.error("store_failed", kind=type(error).__name__, route=_route())
        # The session may hold a broken connection; the next request must not get it.
        db.session.remove()
        response = _answer(Unavailable())
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    log.error("unexpected_error", route=_route(), exc_info=error)
    return error_page(500, _("Something went wrong"), _("It is our fault, and it was noted."))


def _route() -> str:
    return str(request.url_rule)


def _message(status: HTTPStatus) -> str:
    if status == HTTPStatus.NOT_FOUND:
        return _("There is nothing at this address.")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return _("This address does not take that kind of request.")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _("What was sent is too large for this form.")
    return _("This request could not be understood.")
