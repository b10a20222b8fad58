"""Subscribers of one newsletter: read, add, end. No address is ever in a URL."""

from contextlib import suppress
from http import HTTPStatus

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from subscriptions.core.addresses import InvalidAddress, parse_address
from subscriptions.core.errors import NotFound
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.shown import OpenForm
from subscriptions.operators.api_keys import note_reading, reading_is_noted
from subscriptions.operators.audit import record
from subscriptions.operators.scopes import Scope
from subscriptions.subscribers.by_api import add_by_api, end_by_api
from subscriptions.subscribers.consent import Evidence
from subscriptions.subscribers.signup import Request
from subscriptions.transfer.pages import read_page
from subscriptions.transfer.selection import select_for_export
from subscriptions.web.api.access import current_key, current_newsletter, needs
from subscriptions.web.api.answers import InvalidBody
from subscriptions.web.api.blueprint import blueprint
from subscriptions.web.api.bodies import MAX_BODY, Addition, Departure
from subscriptions.web.errors import takes
from subscriptions.web.public.forms import PublicForm, form_class
from subscriptions.web.public.hosted_forms import sender_of
from subscriptions.web.public.open_forms import check_form, open_form

DIGITS = 18  # of an id; a database takes no more
ASKED = {"status", "after"}


@blueprint.get("/newsletters/<newsletter>/subscribers")
@needs(Scope.SUBSCRIBERS_READ)
def read_subscribers(newsletter: str) -> ResponseReturnValue:
    """A page of subscribers, as an export has them."""
    owner = current_newsletter()
    after = _after()
    selection = select_for_export(current_session(), owner.id, request.args.get("status"))
    if not reading_is_noted(current_session(), current_key(), owner.slug):
        with unit_of_work() as session:
            note_reading(session, current_key(), owner.slug)
    page = read_page(current_session(), selection, after)
    return jsonify(subscribers=page.subscribers, next=None if page.next is None else str(page.next))


@blueprint.post("/newsletters/<newsletter>/subscribers")
@needs(Scope.SUBSCRIBERS_ADD)
@takes(MAX_BODY)
def add_subscriber(newsletter: str) -> ResponseReturnValue:
    """Ask somebody to confirm by mail. The answer is the same for every address."""
    body, owner = Addition.sent(), current_newsletter()
    form = _form(owner, body.form)
    filled = _checked(form, body)
    wish = Request(
        sender_of(form), form.id, form.wording_hash, filled.chosen(form.topics), filled.profile()
    )
    with unit_of_work() as session:
        check_form(session.connection(), form)
        evidence = Evidence(f"api: {current_key().name}", form.locale)
        add_by_api(session, filled.address, wish, evidence)
        _note("api.subscriber added", owner)
    return jsonify({}), HTTPStatus.ACCEPTED


@blueprint.post("/newsletters/<newsletter>/unsubscribe")
@needs(Scope.SUBSCRIBERS_END)
@takes(MAX_BODY)
def end_subscription(newsletter: str) -> ResponseReturnValue:
    """End what an address has, and erase it. The answer is the same for one that has nothing."""
    owner = current_newsletter()
    try:
        address = parse_address(Departure.sent().email)
    except InvalidAddress:
        raise InvalidBody({"/email": _("This is no e-mail address.")}) from None
    with unit_of_work() as session:
        if reference := end_by_api(session, owner.id, address):
            _note("api.subscriber ended", owner, reference)
    return "", HTTPStatus.NO_CONTENT


def _note(action: str, owner: Newsletter, reference: str | None = None) -> None:
    thing = f"subscription {reference}" if reference else f"newsletter {owner.slug}"
    record(current_session(), current_key().actor, action, thing, newsletter=owner.slug)


def _after() -> int:
    if unknown := sorted(set(request.args) - ASKED):
        raise InvalidBody({f"?{name}": _("There is no such parameter.") for name in unknown})
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) <= DIGITS):
        raise InvalidBody({"?after": _("Please send what came as next with the page before.")})
    return int(after)


def _form(owner: Newsletter, slug: str) -> OpenForm:
    with suppress(NotFound):
        form = open_form(slug)
        if form.newsletter_id == owner.id:
            return form
    raise InvalidBody({"/form": _("The newsletter has no open form with this slug.")})


def _checked(form: OpenForm, body: Addition) -> PublicForm:
    """The same checks as those of the hosted form."""
    places = {field.name: f"/profile/{field.name}" for field in form.fields}
    if unknown := sorted(set(body.profile) - set(places)):
        raise InvalidBody(
            {f"/profile/{name}": _("This form does not ask for that.") for name in unknown}
        )
    filled = form_class(form)(body.as_form())
    if not filled.validate():
        found = {str(name): " ".join(map(str, each)) for name, each in filled.errors.items()}
        raise InvalidBody({places.get(name, f"/{name}"): each for name, each in found.items()})
    return filled
