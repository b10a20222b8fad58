"""The preference centre: the link of every mail.

It shows a masked address and lets its holder choose what to receive and leave. Nothing here shows
or changes who somebody is, because newsletters get forwarded.
"""

from datetime import date
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, Field, RadioField, SelectField, ValidationError
from wtforms.validators import InputRequired, Optional

from subscriptions.core import clock
from subscriptions.core.addresses import Address, address_key, mask
from subscriptions.core.errors import Gone
from subscriptions.core.links import current_links
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import newsletter_topics
from subscriptions.newsletters.shown import TopicChoice
from subscriptions.subscribers.lifecycle import unsubscribe_from_all
from subscriptions.subscribers.manage_link import ask_for_manage_link
from subscriptions.subscribers.permissions import choose, permissions_of
from subscriptions.subscribers.preferences import Frequency, Preferences, change_preferences
from subscriptions.subscribers.queries import (
    SubscriptionView,
    chosen_topics,
    find_subscription,
    lock_subscription,
)
from subscriptions.subscribers.states import Status
from subscriptions.subscribers.tracking import TRACKING, wording
from subscriptions.web.checkboxes import CheckboxesField, SelectChoice
from subscriptions.web.ended import ended_page
from subscriptions.web.evidence import evidence
from subscriptions.web.languages import language_choices
from subscriptions.web.limits import guard_manage_links
from subscriptions.web.locale import speak
from subscriptions.web.page_form import PageForm
from subscriptions.web.tokens import read_token
from subscriptions.web.tracking import browser_objects, is_offered, may_be_asked

blueprint = Blueprint("preferences", __name__)

MAX_PAUSE_DAYS = 366
SOURCE = "preferences"


class PreferenceForm(PageForm):
    """Everything that can be chosen."""

    topics = CheckboxesField(_("Topics"))
    frequency = RadioField(
        _("How often"),
        choices=[
            SelectChoice(Frequency.EVERY.value, _("Every issue")),
            SelectChoice(Frequency.WEEKLY.value, _("At most once a week")),
            SelectChoice(Frequency.MONTHLY.value, _("At most once a month")),
        ],
    )
    locale = SelectField(_("Language"), [InputRequired()])
    paused_until = DateField(
        _("Pause until"),
        [Optional()],
        description=_("You receive nothing before this day. Leave it empty to receive mail now."),
    )

    tracking = BooleanField()

    def validate_paused_until(self, field: Field) -> None:
        """A pause ends in the future, and some time."""
        if field.data and not 0 < (field.data - clock.today()).days <= MAX_PAUSE_DAYS:
            raise ValidationError(gettext("Please choose a day within the next twelve months."))


@blueprint.get("/preferences/<token>")
def centre(token: str) -> ResponseReturnValue:
    """What somebody receives, to look at and to change."""
    view = _view(token)
    topics = newsletter_topics(current_session().connection(), view.newsletter_id)
    form = _form(view, topics)
    form.process(
        tracking=TRACKING in permissions_of(current_session(), view.id),
        frequency=view.frequency,
        locale=view.locale,
        paused_until=_still_paused(view),
        topics=[topic.slug for topic in chosen_topics(current_session(), view.id)],
    )
    return _show(token, view, form)


@blueprint.post("/preferences/<token>")
def save(token: str) -> ResponseReturnValue:
    """Save the choices."""
    view = _view(token)
    topics = newsletter_topics(current_session().connection(), view.newsletter_id)
    form = _form(view, topics)
    form.process(request.form)
    if not form.validate():
        return _show(token, view, form), 422
    wanted = Preferences(
        topics=[topic for topic in topics if topic.slug in (form.topics.data or [])],
        frequency=Frequency(form.frequency.data),
        locale=form.locale.data,
        paused_until=form.paused_until.data,
    )
    with unit_of_work() as session:
        change_preferences(session, view.id, wanted)
        _choose_tracking(session, view, form)
    speak(wanted.locale)
    return _show(token, view, form, saved=True)


@blueprint.post("/preferences/<token>/end-all")
def end_all(token: str) -> ResponseReturnValue:
    """End every subscription of the link's holder and erase the person."""
    reference = read_token(Purpose.PREFERENCES, token)
    with unit_of_work() as session:
        view = lock_subscription(session, reference)
        ended = unsubscribe_from_all(session, view)
    if view is not None:
        speak(view.locale)
    return ended_page(None, ended)


@blueprint.post("/preferences/<token>/manage-link")
def mail_manage_link(token: str) -> ResponseReturnValue:
    """Mail the manage link to the subscription's own address, which stays unseen."""
    guard_manage_links()
    view = _view(token)
    with unit_of_work() as session:
        ask_for_manage_link(session, Address(view.address, address_key(view.address)))
    return redirect(url_for("manage.sent"), HTTPStatus.SEE_OTHER)


def _view(token: str) -> SubscriptionView:
    reference = read_token(Purpose.PREFERENCES, token)
    view = find_subscription(current_session(), reference)
    if view is None or view.status != Status.ACTIVE:
        raise Gone
    speak(view.locale)
    return view


def _choose_tracking(session: Session, view: SubscriptionView, form: PreferenceForm) -> None:
    """As the box says; where it was not offered because the browser objects, withdraw."""
    if may_be_asked():
        given = bool(form.tracking and form.tracking.data)
        words, proof = wording(view.newsletter_name), evidence(SOURCE, view.locale)
        choose(session, view.id, TRACKING, words, proof, given=given)


def _form(view: SubscriptionView, topics: tuple[TopicChoice, ...]) -> PreferenceForm:
    form = PreferenceForm()
    form.tracking.label.text = LazyString(wording, view.newsletter_name)
    if not is_offered():
        del form.tracking
    form.locale.choices = language_choices([*view.languages, view.locale])
    form.topics.choices = [SelectChoice(topic.slug, topic.title) for topic in topics]
    return form


def _still_paused(view: SubscriptionView) -> date | None:
    return view.paused_until if view.paused_until and view.paused_until > clock.today() else None


def _show(token: str, view: SubscriptionView, form: PreferenceForm, *, saved: bool = False) -> str:
    paused_until = form.paused_until.data if saved else _still_paused(view)
    return render_template(
        "preferences/centre.html",
        newsletter={"name": view.newsletter_name},
        masked_address=mask(view.address),
        form=form,
        saved=saved,
        action_url=url_for("preferences.save", token=token),
        unsubscribe_url=current_links().to(Purpose.UNSUBSCRIBE, view.reference, view.epoch),
        manage_link_action=url_for("preferences.mail_manage_link", token=token),
        unsubscribe_all_action=url_for("preferences.end_all", token=token),
        others=view.others,
        browser_objects=may_be_asked() and browser_objects(),
        paused_until=paused_until,
        restricted=view.restricted_at is not None,
    )
