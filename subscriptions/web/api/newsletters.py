"""What is on offer."""

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.scopes import Scope
from subscriptions.web.api.access import current_key, needs
from subscriptions.web.api.blueprint import blueprint


@blueprint.get("/newsletters")
@needs(Scope.NEWSLETTERS_READ)
def newsletters() -> ResponseReturnValue:
    """The newsletters that the key is for."""
    only = current_key().newsletter_id
    found = [one for one in all_newsletters(current_session()) if only in {None, one.id}]
    return jsonify(newsletters=[_as_json(one) for one in found])


def _as_json(newsletter: Newsletter) -> dict[str, Any]:
    return {
        "slug": newsletter.slug,
        "name": newsletter.name,
        "description": newsletter.description,
        "languages": newsletter.languages,
        "closed": newsletter.closed_at is not None,
        "topics": [
            {"slug": topic.slug, "title": topic.title}
            for topic in newsletter.topics
            if topic.retired_at is None
        ],
        "forms": [
            {
                "slug": form.slug,
                "title": form.title,
                "language": form.locale,
                "topics": form.topic_slugs,
                "profile": form.fields,
            }
            for form in newsletter.forms
            if form.retired_at is None
        ],
    }
