"""Topics of a newsletter: add, rename, retire, reorder."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.editing import (
    move_topic,
    rename_topic,
    restore_topic,
    retire_topic,
    topic_of,
)
from subscriptions.newsletters.operations import add_topic
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import NewTopicInput, TopicInput, posted, refused

DIRECTIONS = {"up": -1, "down": 1}


@blueprint.get("/newsletters/<newsletter>/topics")
@access(Rule.EDITOR)
def topics(newsletter: str) -> ResponseReturnValue:
    """The list, with everything that can be done."""
    return _page(NewTopicInput())


@blueprint.post("/newsletters/<newsletter>/topics")
@access(Rule.EDITOR)
def new_topic(newsletter: str) -> ResponseReturnValue:
    """Add one at the end."""
    form = NewTopicInput(posted())
    if not form.validate():
        return _page(form), 422
    try:
        with unit_of_work() as session:
            made = add_topic(
                session, current_newsletter(), form.slug.data or "", form.title.data or ""
            )
            note(session, "topic.added", _thing(made.slug))
    except (Conflict, Invalid) as error:
        refused(form, error)
        return _page(form), 422
    flash(_("The topic is there. Forms offer it once you tick it in them."), "success")
    return _back()


@blueprint.post("/newsletters/<newsletter>/topics/<topic>/rename")
@access(Rule.EDITOR)
def rename(newsletter: str, topic: str) -> ResponseReturnValue:
    """Give one another title."""
    form = TopicInput(posted())
    if not form.validate():
        raise Invalid(_("A name has 1 to 200 characters on one line."))
    with unit_of_work() as session:
        found = topic_of(current_newsletter(), topic)
        rename_topic(session, found, form.title.data or "")
        note(session, "topic.renamed", _thing(topic), title=found.title)
    flash(_("Saved."), "success")
    return _back()


@blueprint.post("/newsletters/<newsletter>/topics/<topic>/move")
@access(Rule.EDITOR)
def move(newsletter: str, topic: str) -> ResponseReturnValue:
    """Move one up or down."""
    by = DIRECTIONS.get(request.form.get("direction", ""))
    if by is None:
        raise Invalid
    with unit_of_work() as session:
        found = topic_of(current_newsletter(), topic)
        move_topic(session, current_newsletter(), found, by)
        note(session, "topic.moved", _thing(topic), by=by)
    return _back()


@blueprint.post("/newsletters/<newsletter>/topics/<topic>/retire")
@access(Rule.EDITOR)
def retire(newsletter: str, topic: str) -> ResponseReturnValue:
    """Offer one no longer."""
    with unit_of_work() as session:
        retire_topic(session, topic_of(current_newsletter(), topic))
        note(session, "topic.retired", _thing(topic))
    flash(_("The topic is no longer offered. Who chose it keeps it."), "success")
    return _back()


@blueprint.post("/newsletters/<newsletter>/topics/<topic>/restore")
@access(Rule.EDITOR)
def restore(newsletter: str, topic: str) -> ResponseReturnValue:
    """Offer a retired one again."""
    with unit_of_work() as session:
        restore_topic(session, topic_of(current_newsletter(), topic))
        note(session, "topic.restored", _thing(topic))
    flash(_("The topic is offered again."), "success")
    return _back()


def _thing(slug: str) -> str:
    return f"topic {current_newsletter().slug}/{slug}"


def _back() -> Response:
    return redirect(url_for("admin.topics", newsletter=current_newsletter().slug))


def _page(form: NewTopicInput) -> str:
    return render_template("admin/topics.html", newsletter=current_newsletter(), form=form)
