"""The error tree: what can go wrong in the domain, with its code, status and public words.

Operations raise these; :mod:`subscriptions.web.errors` turns them into HTTP once, and the command
line into an exit code. A message never holds personal data.
"""

from http import HTTPStatus

from flask_babel.speaklater import LazyString

from subscriptions.core.words import lazy_gettext as _


class AssentError(Exception):
    """Base of every error that is an answer rather than a fault."""

    code = "error"
    status = HTTPStatus.BAD_REQUEST
    message: LazyString | str = _("This can't be done.")
    retry_after: int | None = None  # seconds

    def __init__(self, message: LazyString | str | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.code))


class NotFound(AssentError):
    """There is no such thing, or it isn't for this person to know."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    message = _("There is nothing at this address.")


class InvalidToken(NotFound):
    """A token that was malformed, forged, or made for another purpose."""

    code = "invalid_token"
    message = _("This link is not complete. Please use the whole link from the mail.")


class ExpiredToken(AssentError):
    """A genuine token past its time."""

    code = "expired_token"
    status = HTTPStatus.GONE
    message = _("This link has expired.")


class Gone(AssentError):
    """What the genuine token spoke of is no longer there."""

    code = "gone"
    status = HTTPStatus.GONE
    message = _("This link has done its work and no longer leads anywhere.")


class Invalid(AssentError):
    """Input that was understood but can't be accepted."""

    code = "invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("Something in the form needs another look.")


class Conflict(AssentError):
    """The thing exists already, or its state doesn't allow this."""

    code = "conflict"
    status = HTTPStatus.CONFLICT
    message = _("This does not fit what is there already.")


class Unavailable(AssentError):
    """The store can't be reached or can't be written; nothing was kept."""

    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _("The service can't do this just now. Nothing was saved; please try again soon.")
    retry_after = 10


class TooManyRequests(AssentError):
    """This client did this too often for now."""

    code = "too_many_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = _("Too many requests came from your network. Please try again a little later.")

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__()
