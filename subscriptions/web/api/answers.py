"""What the API answers when it can't do what was asked (RFC 9457, RFC 6750)."""

from collections.abc import Mapping

from flask import Response

from subscriptions.core.errors import AssentError, Invalid
from subscriptions.core.words import lazy_gettext as _
from subscriptions.web.api.access import NoKey
from subscriptions.web.problems import problem


class InvalidBody(Invalid):
    """What was sent can't be taken. ``errors`` says why, by JSON pointer (RFC 6901)."""

    message = _("What was sent can't be taken as it is.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__()


def refuse(error: AssentError) -> Response:
    """The problem that an error is."""
    more: dict[str, object] = {"code": error.code}
    if isinstance(error, InvalidBody):
        more["errors"] = [
            {"pointer": pointer, "detail": detail} for pointer, detail in error.errors.items()
        ]
    response = problem(error.status, str(error.message), more)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NoKey):
        response.headers["WWW-Authenticate"] = error.challenge
    return response
