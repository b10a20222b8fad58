"""Errors of the admin, in the admin's look."""

from http import HTTPStatus

from flask import Response, make_response, render_template
from flask_wtf.csrf import CSRFError

from subscriptions.core.errors import AssentError
from subscriptions.core.words import gettext as _


def answer(error: AssentError) -> Response:
    """The page for a refusal; what was typed is kept by the browser's way back."""
    response = _page(error.status, str(error.message))
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def stale_form(_error: CSRFError) -> Response:
    """The page for a form from another session."""
    return _page(
        HTTPStatus.BAD_REQUEST,
        _(
            "This form was opened in another session. Please go back, reload the page and send it "
            "again."
        ),
    )


def _page(status: HTTPStatus, message: str) -> Response:
    return make_response(
        render_template("admin/error.html", status=status, message=message), status
    )
