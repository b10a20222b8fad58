"""The copy of everything, to download. Changes nothing."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core import clock
from subscriptions.core.errors import NotFound
from subscriptions.core.identity import current_identity
from subscriptions.core.transactions import current_session
from subscriptions.transfer.own_copy import FORMATS, copy_of
from subscriptions.web.locale import current_settings
from subscriptions.web.manage.blueprint import blueprint
from subscriptions.web.manage.page import owner_of


@blueprint.get("/manage/<token>/data.<kind>")
def download(token: str, kind: str) -> ResponseReturnValue:
    """Everything held about the person, as a file of this kind."""
    owner = owner_of(token)
    if kind not in FORMATS:
        raise NotFound
    mimetype, write = FORMATS[kind]
    notice = current_settings().public_url + url_for("public.privacy")
    organisation = current_identity().organisation
    copy = copy_of(current_session(), owner.id, organisation, notice, clock.now())
    answer = Response(write(copy), content_type=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data.{kind}"'
    return answer
