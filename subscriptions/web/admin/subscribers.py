"""Subscribers of a newsletter: find them by a filter, an address or a name.

An address never becomes part of a URL: searching for one is a POST.
"""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import NotFound
from subscriptions.core.transactions import current_session
from subscriptions.operators.roles import Role
from subscriptions.subscribers.filtering import criteria_of
from subscriptions.subscribers.finding import (
    MOST_COUNTED,
    Listed,
    count_found,
    list_people,
    search_people,
)
from subscriptions.subscribers.segment_models import Segment
from subscriptions.subscribers.segments import filter_of, segments_of
from subscriptions.web.admin.access import (
    Rule,
    access,
    current_newsletter,
    current_operator,
)
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.bulk_inputs import ACTS
from subscriptions.web.admin.filter_inputs import FilterInput, as_words

LARGEST_ID = 2**63 - 1


@blueprint.get("/newsletters/<newsletter>/subscribers")
@access(Rule.VIEWER)
def subscribers(newsletter: str) -> ResponseReturnValue:
    """A page of those whom the filter in the URL takes, newest first."""
    owner = current_newsletter()
    form = FilterInput.offered(owner, request.args)
    if not form.validate():
        raise NotFound
    session = current_session()
    criteria = criteria_of(owner, form.filter())
    before = request.args.get("before", type=int)
    if before is not None and not 0 <= before <= LARGEST_ID:
        raise NotFound
    found = list_people(session, criteria, before)
    count = count_found(session, criteria, found) if before is None else None
    return _page(form, found.people, found=found, count=count)


@blueprint.post("/newsletters/<newsletter>/subscribers")
@access(Rule.VIEWER)
def find_subscribers(newsletter: str) -> ResponseReturnValue:
    """Those whose address or name begins with what was typed; without, a filtered list."""
    owner = current_newsletter()
    form = FilterInput.offered(owner, request.form)
    if not form.validate():
        return _page(form, ()), 422
    text = request.form.get("text", "").replace("\0", "").strip()
    if not text:
        return redirect(url_for("admin.subscribers", newsletter=newsletter, **form.asked()))
    people, more = search_people(current_session(), criteria_of(owner, form.filter()), text)
    return _page(form, people, text=text, more=more)


def _page(form: FilterInput, people: Sequence[Listed], **more: object) -> str:
    segments = segments_of(current_session(), current_newsletter().id)
    asked = None if form.errors else form.filter()
    return render_template(
        "admin/subscribers.html",
        newsletter=current_newsletter(),
        form=form,
        subscribers=people,
        segments=segments,
        words=_words,
        kept=next((each for each in segments if filter_of(each) == asked), None),
        may_edit=current_operator().may(Role.EDITOR, current_newsletter().id),
        is_first="before" not in request.args,
        most=MOST_COUNTED,
        acts=ACTS,
        **more,
    )


def _words(segment: Segment) -> dict[str, str]:
    return as_words(filter_of(segment))
