"""The JSON API, for other machines of the organisation: bearer keys, no cookies."""

from flask import Response

from subscriptions.core.errors import AssentError
from subscriptions.web.api import access, answers, newsletters, subscribers
from subscriptions.web.api.blueprint import blueprint

__all__ = ["blueprint", "newsletters", "subscribers"]

blueprint.before_request(access.guard)
blueprint.register_error_handler(AssentError, answers.refuse)


@blueprint.after_request
def _keep_out_of_caches(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
