"""Views that take a file with their form, and say themselves when it is too large."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask.typing import ResponseReturnValue

from subscriptions.extensions import csrf
from subscriptions.web.errors import takes

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
MAX_BODY = 4_000_000  # bytes; the picture that somebody takes for a logo by mistake


def takes_file(view: View) -> View:
    """Let a view take a file. Goes between the route and the rule of the view."""

    @wraps(view)
    def guarded(**values: str) -> ResponseReturnValue:
        # The check by itself comes before the role is known, and reads the whole body.
        csrf.protect()
        return view(**values)

    made: View = csrf.exempt(takes(MAX_BODY)(guarded))
    return made
