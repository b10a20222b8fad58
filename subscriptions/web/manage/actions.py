"""What the buttons of the manage page do. The token is the authority; there is no cookie."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Invalid
from subscriptions.core.tokens import Purpose, Reference
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.privacy.outliving import outlives_erasure
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.requests.by_themselves import count_right
from subscriptions.privacy.requests.terms import Kind
from subscriptions.subscribers.change_of_address import (
    MailedEnough,
    SameAddress,
    ask_for_change,
)
from subscriptions.subscribers.channels import choose_channels
from subscriptions.subscribers.mails import Person
from subscriptions.subscribers.manage_link import MANAGE_WITHIN, find_owner
from subscriptions.subscribers.own_data import own_subscription
from subscriptions.subscribers.permissions import choose
from subscriptions.subscribers.rights import (
    correct,
    erase,
    lift_restriction,
    object_to_everything,
    restrict,
)
from subscriptions.subscribers.suppression import suppressed_since
from subscriptions.subscribers.tracking import TRACKING, wording
from subscriptions.web.ended import erased_page
from subscriptions.web.evidence import evidence
from subscriptions.web.limits import TooManyMails, counting_mails_to
from subscriptions.web.manage.blueprint import blueprint
from subscriptions.web.manage.forms import (
    NewAddressForm,
    channel_form,
    correction_form,
    tracking_form,
)
from subscriptions.web.manage.page import offered_channels, owner_of, show
from subscriptions.web.tokens import read_token
from subscriptions.web.tracking import is_offered, may_be_asked

SOURCE = "manage link"


@blueprint.post("/manage/<token>")
def act(token: str) -> ResponseReturnValue:
    """Do what the field ``action`` says, for whoever holds the link."""
    action = ACTIONS.get(request.form.get("action", ""))
    if action is None:
        raise Invalid
    return action(token)


def _correct(token: str) -> ResponseReturnValue:
    own = own_subscription(current_session(), owner_of(token).id, _chosen())
    form = correction_form(own, request.form)
    if not form.validate():
        return show(token, failed=form), Invalid.status
    with unit_of_work() as session:
        owner = find_owner(session, _reference(token), lock=True)
        own = own_subscription(session, owner.id, own.reference)
        person = Person(owner.id, owner.address.display, owner.locale)
        changed = correct(
            session, person, own, form.locale.data, form.profile(), notify=_wants_notice()
        )
        if changed:
            count_right(session, Kind.RECTIFICATION, owner.id)
    return show(token, done="corrected" if changed else "unchanged")


def _change_address(token: str) -> ResponseReturnValue:
    owner_of(token)
    form = NewAddressForm(request.form, prefix="new")
    if not form.validate():
        return show(token, failed=form), Invalid.status
    try:
        with counting_mails_to(form.address), unit_of_work() as session:
            ask_for_change(session, find_owner(session, _reference(token), lock=True), form.address)
    except (SameAddress, MailedEnough, TooManyMails) as error:
        form.email.errors = [str(error.message)]
        return show(token, failed=form), error.status
    return show(token, done="asked")


def _choose_channels(token: str) -> ResponseReturnValue:
    owner_of(token)
    with unit_of_work() as session:
        owner = find_owner(session, _reference(token), lock=True)
        own = own_subscription(session, owner.id, _chosen())
        form = channel_form(own, offered_channels(), request.form)
        if not form.validate():
            raise Invalid
        proof = evidence(SOURCE, own.locale)
        changed = choose_channels(session, own, offered_channels(), form.chosen(), proof)
    return show(token, done="channels" if changed else "unchanged")


def _choose_tracking(token: str) -> ResponseReturnValue:
    owner_of(token)
    if not may_be_asked():
        raise Invalid
    with unit_of_work() as session:
        owner = find_owner(session, _reference(token), lock=True)
        own = own_subscription(session, owner.id, _chosen())
        ticked = tracking_form(own, request.form).tracking.data
        given = ticked and own.is_active and is_offered()
        words = wording(own.newsletter_name)
        proof = evidence(SOURCE, own.locale)
        changed = choose(session, own.id, TRACKING, words, proof, given=given)
    return show(token, done="channels" if changed else "unchanged")


def _restrict(token: str) -> ResponseReturnValue:
    with unit_of_work() as session:
        owner = find_owner(session, _reference(token), lock=True)
        restrict(session, owner)
        count_right(session, Kind.RESTRICTION, owner.id)
    return show(token, done="restricted")


def _lift(token: str) -> ResponseReturnValue:
    with unit_of_work() as session:
        lift_restriction(session, find_owner(session, _reference(token), lock=True))
    return show(token, done="lifted")


def _erase(token: str, *, objected: bool = False) -> ResponseReturnValue:
    owner_of(token)
    operation = object_to_everything if objected else erase
    told = _wants_notice()
    with unit_of_work() as session:
        owner = find_owner(session, _reference(token), lock=True)
        ended = operation(session, owner, notify=told)
        count_right(session, Kind.OBJECTION if objected else Kind.ERASURE, owner.id)
        since = suppressed_since(session.connection(), owner.address.key)
        outlives = outlives_erasure(session, owner.address.key)
    return erased_page(ended, since, outlives, objected=objected, told=told)


def _object(token: str) -> ResponseReturnValue:
    return _erase(token, objected=True)


def _reference(token: str) -> Reference:
    return read_token(Purpose.MANAGE, token, MANAGE_WITHIN)


def _chosen() -> str:
    return request.form.get("subscription", "")


def _wants_notice() -> bool:
    return current_policy().requests.notify_changes


ACTIONS: dict[str, Callable[[str], ResponseReturnValue]] = {
    "correct": _correct,
    "address": _change_address,
    "channels": _choose_channels,
    "tracking": _choose_tracking,
    "restrict": _restrict,
    "lift": _lift,
    "object": _object,
    "erase": _erase,
}
