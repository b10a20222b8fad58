"""Segments: filters that are kept under a name, for lists, exports and changes in bulk."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import Length

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.segment_models import NAME_LENGTH, Segment
from subscriptions.subscribers.segments import (
    add_segment,
    change_segment,
    delete_segment,
    filter_of,
    segment_of,
)
from subscriptions.web.admin.access import Rule, access, current_newsletter
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.filter_inputs import FilterInput, as_data, as_words
from subscriptions.web.admin.inputs import NEEDED, posted, refused, stripped

HERE = "/newsletters/<newsletter>/segments"


class SegmentInput(FilterInput):
    """A segment's name, and whom it takes."""

    name = StringField(_("Name"), [NEEDED, Length(max=NAME_LENGTH)], filters=[stripped])


@blueprint.post(HERE)
@access(Rule.EDITOR)
def save_segment(newsletter: str) -> ResponseReturnValue:
    """Keep a filter under a name."""
    form = SegmentInput.offered(current_newsletter(), request.form)
    if form.validate():
        try:
            with unit_of_work() as session:
                owner = current_newsletter()
                made = add_segment(session, owner, form.name.data or "", form.filter())
                _note(session, "segment.saved", made)
        except (Conflict, Invalid) as error:
            refused(form, error)
        else:
            flash(gettext("The segment is saved."), "success")
            return _to_list(form)
    return _page(form), 422


@blueprint.route(f"{HERE}/<reference>", methods=["GET", "POST"])
@access(Rule.EDITOR)
def segment(newsletter: str, reference: str) -> ResponseReturnValue:
    """Change a segment's name, or whom it takes."""
    found = segment_of(current_session(), current_newsletter().id, reference)
    shown = {"name": found.name, **as_data(filter_of(found))}
    form = SegmentInput.offered(current_newsletter(), posted(), data=shown)
    if request.method == "POST" and form.validate():
        try:
            _change(current_newsletter(), reference, form)
        except (Conflict, Invalid) as error:
            refused(form, error)
        else:
            flash(gettext("The segment is changed."), "success")
            return _to_list(form)
    return _page(form, found), 422 if form.errors else 200


@blueprint.post(f"{HERE}/<reference>/delete")
@access(Rule.EDITOR)
def forget_segment(newsletter: str, reference: str) -> ResponseReturnValue:
    """Forget a segment; the people stay."""
    with unit_of_work() as session:
        found = segment_of(session, current_newsletter().id, reference)
        _note(session, "segment.deleted", found)
        delete_segment(session, found)
    flash(gettext("The segment is deleted. The people in it stay."), "success")
    return redirect(url_for("admin.subscribers", newsletter=newsletter))


def _change(owner: Newsletter, reference: str, form: SegmentInput) -> None:
    with unit_of_work() as session:
        found = segment_of(session, owner.id, reference)
        change_segment(session, owner, found, form.name.data or "", form.filter())
        _note(session, "segment.changed", found)


def _note(session: Session, action: str, found: Segment) -> None:
    words = as_words(filter_of(found))
    note(session, action, f"segment {found.reference}", name=found.name, filter=words)


def _page(form: SegmentInput, found: Segment | None = None) -> str:
    owner = current_newsletter()
    return render_template("admin/segment.html", newsletter=owner, form=form, found=found)


def _to_list(form: SegmentInput) -> Response:
    slug = current_newsletter().slug
    return redirect(url_for("admin.subscribers", newsletter=slug, **form.asked()))  # type: ignore[return-value]
