"""Subscribers of a newsletter: find them, see one person's record, act on their behalf.

An address never becomes part of a URL: searching for one is a POST.
"""

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import NotFound
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.editing import topic_of
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
from subscriptions.subscribers.listing import (
    PAGE,
    Filter,
    SubscriberRecord,
    list_subscribers,
    subscriber_record,
)
from subscriptions.subscribers.queries import chosen_topics
from subscriptions.subscribers.states import Status
from subscriptions.web.admin.access import (
    Forbidden,
    Rule,
    access,
    current_newsletter,
    current_operator,
)
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint

SHOWN = (Status.PENDING, Status.ACTIVE)  # what has ended is erased


@blueprint.get("/newsletters/<newsletter>/subscribers")
@access(Rule.VIEWER)
def subscribers(newsletter: str) -> ResponseReturnValue:
    """The list, newest first."""
    return _list("", request.args.get("status", ""), request.args.get("topic", ""))


@blueprint.post("/newsletters/<newsletter>/subscribers")
@access(Rule.VIEWER)
def find_subscribers(newsletter: str) -> ResponseReturnValue:
    """Those whose address begins with what was typed; without an address, a filtered list."""
    address = request.form.get("address", "").strip()
    status, topic = request.form.get("status", ""), request.form.get("topic", "")
    if not address:
        return redirect(
            url_for(
                "admin.subscribers",
                newsletter=newsletter,
                status=status or None,
                topic=topic or None,
            )
        )
    return _list(address, status, topic)


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


def _list(address: str, status: str, topic: str) -> ResponseReturnValue:
    owner = current_newsletter()
    wanted = Filter(
        owner.id,
        address,
        _status(status) if status else None,
        topic_of(owner, topic).id if topic else None,
    )
    found = list_subscribers(current_session(), wanted, request.values.get("before", type=int))
    return render_template(
        "admin/subscribers.html",
        newsletter=owner,
        subscribers=found[:PAGE],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first="before" not in request.values,
        address=address,
        status=status,
        topic=topic,
        statuses=SHOWN,
    )


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise NotFound from None


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
