"""One subscriber: what a newsletter holds of them, and what operators do on their behalf."""

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.core.words import lazy_gettext
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.operators.roles import Role
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.retention.preview import Fate, preview_person
from subscriptions.subscribers.by_operators import (
    WipeReason,
    end_for,
    erase_for,
    lift_restriction_for,
    restrict_for,
    send_confirmation_again,
    wipe_field,
)
from subscriptions.subscribers.ending import Ended
from subscriptions.subscribers.listing import SubscriberRecord, subscriber_record
from subscriptions.subscribers.queries import chosen_topics
from subscriptions.web.admin.access import (
    Forbidden,
    Rule,
    access,
    current_newsletter,
    current_operator,
)
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.timeline import WORDS, timeline_of

WIPE_REASONS = {
    WipeReason.SENSITIVE: lazy_gettext("It is sensitive, such as a state of health"),
    WipeReason.MISTAKE: lazy_gettext("It was sent by mistake"),
    WipeReason.ASKED: lazy_gettext("The person asked for it"),
    WipeReason.NEEDLESS: lazy_gettext("It is not needed"),
}


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
        timeline=timeline_of(session, record),
        words=WORDS,
        sees_all=current_operator().may(Role.OWNER),
        wipe_reasons=WIPE_REASONS,
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


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/restrict")
@access(Rule.EDITOR)
def restrict(newsletter: str, reference: str) -> ResponseReturnValue:
    """Keep what is held and send nothing (GDPR Article 18)."""
    with unit_of_work() as session:
        if restrict_for(session, current_newsletter().id, reference):
            note(session, "subscription.restricted", _thing(reference))
    flash(_("From now on nothing is sent to this person, and they are in no export."), "success")
    return redirect(url_for("admin.subscriber", newsletter=newsletter, reference=reference))


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/lift")
@access(Rule.EDITOR)
def lift(newsletter: str, reference: str) -> ResponseReturnValue:
    """Let mail be sent again, once the person was told (GDPR Article 18(3))."""
    if not request.form.get("told"):
        raise Invalid(_("The person has to be told before the restriction is lifted."))
    with unit_of_work() as session:
        if lift_restriction_for(session, current_newsletter().id, reference):
            note(session, "subscription.restriction lifted", _thing(reference), told=True)
    flash(_("The restriction is lifted."), "success")
    return redirect(url_for("admin.subscriber", newsletter=newsletter, reference=reference))


@blueprint.post("/newsletters/<newsletter>/subscribers/<reference>/wipe")
@access(Rule.EDITOR)
def wipe(newsletter: str, reference: str) -> ResponseReturnValue:
    """Empty one field of the profile. The trail says that and why, not what was in it."""
    field, reason = request.form.get("field", ""), request.form.get("reason", "")
    if reason not in list(WipeReason):
        raise Invalid(_("Say why the field is emptied."))
    with unit_of_work() as session:
        wipe_field(session, current_newsletter().id, reference, field)
        note(session, "profile.field wiped", _thing(reference), field=field, reason=reason)
    flash(_("The field is empty."), "success")
    return redirect(url_for("admin.subscriber", newsletter=newsletter, reference=reference))


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
