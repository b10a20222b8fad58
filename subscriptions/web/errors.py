"""Errors become answers here, once: the right status, plain words, no traceback."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from structlog import get_logger
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from subscriptions.core.errors import AssentError, Unavailable
from subscriptions.core.transactions import store_failed
from subscriptions.core.words import gettext as _
from subscriptions.core.words import lazy_gettext
from subscriptions.extensions import db
from subscriptions.web.problems import for_machines, problem

log = get_logger()
LIMIT = "assent_body_limit"
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

TITLES = {
    HTTPStatus.NOT_FOUND: lazy_gettext("Page not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: lazy_gettext("This does not work here"),
    HTTPStatus.CONFLICT: lazy_gettext("This does not fit"),
    HTTPStatus.GONE: lazy_gettext("This link is over"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: lazy_gettext("This is too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: lazy_gettext("This could not be accepted"),
    HTTPStatus.TOO_MANY_REQUESTS: lazy_gettext("Please wait a little"),
    HTTPStatus.SERVICE_UNAVAILABLE: lazy_gettext("Please try again soon"),
}


def register(app: Flask) -> None:
    """Bind the handlers."""
    app.register_error_handler(AssentError, _answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.before_request(_refuse_what_is_too_large)


def error_page(status: int, title: str, message: str, restart_url: str | None = None) -> Response:
    """A page for an error; for machines, a problem.

    Asks the store nothing, for the store may be what failed.
    """
    if for_machines():
        return problem(status, message)
    page = render_template(
        "public/error.html", status=status, title=title, message=message, restart_url=restart_url
    )
    return make_response(page, status)


def takes(size: int) -> Callable[[View], View]:
    """Let one view take a body of so many bytes. Goes between the route and the function."""

    def declare(view: View) -> View:
        setattr(view, LIMIT, size)
        return view

    return declare


def _refuse_what_is_too_large() -> None:
    """The limit holds everywhere, also where no view reads the body."""
    view = current_app.view_functions.get(request.endpoint or "")
    limit = request.max_content_length = getattr(view, LIMIT, request.max_content_length)
    if limit is not None and (request.content_length or 0) > limit:
        raise RequestEntityTooLarge


def _answer(error: AssentError) -> Response:
    response = error_page(error.status, _title(error.status), str(error.message))
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = HTTPStatus(error.code or 500)
    response = error_page(status, _title(status), _message(status))
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    if store_failed(error):
        log.error("store_failed", kind=type(error).__name__, route=_route())
        # The session may hold a broken connection; the next request must not get it.
        db.session.remove()
        return _answer(Unavailable())
    log.error("unexpected_error", route=_route(), exc_info=error)
    return error_page(500, _("Something went wrong"), _("It is our fault, and it was noted."))


def _title(status: HTTPStatus) -> str:
    return str(TITLES.get(status, _("This did not work")))


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
