"""The blueprint; its views add themselves to it. What a link that is over answers is said here."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import ExpiredToken, Gone

blueprint = Blueprint("manage", __name__)


@blueprint.errorhandler(ExpiredToken)
@blueprint.errorhandler(Gone)
def over(error: ExpiredToken | Gone) -> ResponseReturnValue:
    """410, with a way to ask for a fresh link."""
    page = render_template("manage/over.html", expired=isinstance(error, ExpiredToken))
    return page, error.status
