"""Subscribers of a newsletter: find them, see one person's record, act on their behalf.

An address never becomes part of a URL: searching for one is a POST.
"""

from collections.abc import Iterable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import NotFound
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.operators.roles import Role
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.retention.preview import Fate, preview_person
from subscriptions.subscribers.by_operators import (
    end_for,
    erase_for,
    send_confirmation_again,
    wipe_field,
)
from subscriptions.subscribers.ending import Ended
from subscriptions.subscribers.filtering import criteria_of
from subscriptions.subscribers.finding import (
    MOST_COUNTED,
    Listed,
    count_found,
    list_people,
    search_people,
)
from subscriptions.subscribers.listing import SubscriberRecord, subscriber_record
from subscriptions.subscribers.queries import chosen_topics
from subscriptions.subscribers.segment_models import Segment
from subscriptions.subscribers.segments import filter_of, segments_of
from subscriptions.web.admin.access import (
    Forbidden,
    Rule,
    access,
    current_newsletter,
    current_operator,
)
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.filter_inputs import FilterInput, as_words


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


@blueprint.get("/newsletters/<newsletter>/subscribers/<reference>")
@access(Rule.VIEWER)
def subscriber(newsletter: str, reference: str) -> ResponseReturnValue:
    """What the newsletter holds of one person."""
    session = current_session()
    owner = current_newsletter()
    record = subscriber_record(session, owner.id, reference)
    return render_template(
        "admin/subscriber.html",
        newsletter=owner,
        record=record,
        topics=chosen_topics(session, record.subscription.id),
        labels={name: field.label for name, field in PROFILE_FIELDS.items()},
        may_edit=current_operator().may(Role.EDITOR, owner.id),
        may_erase=_may_erase(record.newsletter_ids),
        fates=_fates(record),
    )


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/confirmation")
@access(Rule.EDITOR)
def send_again(newsletter: str, reference: str) -> ResponseReturnValue:
    """Mail the confirmation link once more."""
    with unit_of_work() as session:
        send_confirmation_again(session, current_newsletter(), reference)
        note(session, "subscription.asked again", _thing(reference))
    flash(_("The mail with the link to confirm is on its way."), "success")
    return redirect(url_for("admin.subscriber", newsletter=newsletter, reference=reference))


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/end")
@access(Rule.EDITOR)
def end(newsletter: str, reference: str) -> ResponseReturnValue:
    """End this subscription."""
    with unit_of_work() as session:
        ended = end_for(session, current_newsletter().id, reference)
        note(session, "subscription.ended", _thing(reference), erased=ended.erased)
    return _gone(ended)


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/erase")
@access(Rule.EDITOR)
def erase(newsletter: str, reference: str) -> ResponseReturnValue:
    """Erase the person, in every newsletter."""
    owner = current_newsletter()
    record = subscriber_record(current_session(), owner.id, reference)
    if not _may_erase(record.newsletter_ids):
        raise Forbidden(_("This person also reads newsletters that you don't edit."))
    with unit_of_work() as session:
        ended = erase_for(session, owner.id, reference)
        note(session, "subscriber.erased", _thing(reference))
    return _gone(ended)


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/wipe")
@access(Rule.EDITOR)
def wipe(newsletter: str, reference: str) -> ResponseReturnValue:
    """Empty one field of the profile."""
    field = request.form.get("field", "")
    with unit_of_work() as session:
        wipe_field(session, current_newsletter().id, reference, field)
        note(session, "profile.field wiped", _thing(reference), field=field)
    flash(_("The field is empty."), "success")
    return redirect(url_for("admin.subscriber", newsletter=newsletter, reference=reference))


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
        **more,
    )


def _words(segment: Segment) -> dict[str, str]:
    return as_words(filter_of(segment))


def _may_erase(newsletter_ids: Iterable[int]) -> bool:
    operator = current_operator()
    return all(operator.may(Role.EDITOR, newsletter_id) for newsletter_id in newsletter_ids)


def _fates(record: SubscriberRecord) -> list[Fate] | None:
    """What of the person goes when; None where that would tell of newsletters not to be seen."""
    operator = current_operator()
    if not all(operator.may(Role.VIEWER, each) for each in record.newsletter_ids):
        return None
    person = record.subscription.subscriber_id
    return list(preview_person(current_session(), current_policy(), person))


def _thing(reference: str) -> str:
    return f"subscription {reference}"


def _gone(ended: Ended) -> ResponseReturnValue:
    if ended.erased:
        flash(_("The person is erased: nothing about them is left here."), "success")
    else:
        flash(_("The subscription has ended. Others of this person go on."), "success")
    return redirect(url_for("admin.subscribers", newsletter=current_newsletter().slug))
