"""Suppression: entries without their addresses; add, check and lift by typing an address."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from subscriptions.core.addresses import mask
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.roles import Role
from subscriptions.privacy.suppression import kept_until
from subscriptions.subscribers.suppressing import PAGE, NotSuppressed, lift, list_entries, suppress
from subscriptions.subscribers.suppression import Entry, Reason, entries_of
from subscriptions.web.admin.access import Forbidden, Rule, access, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import AddressInput, posted, refused
from subscriptions.web.admin.suppression_inputs import (
    EVERY_NEWSLETTER,
    REASONS,
    LiftInput,
    Scope,
    SuppressInput,
)


@blueprint.get("/suppression")
@access(Rule.SIGNED_IN)
def suppression() -> ResponseReturnValue:
    """The list, newest first, and the form that checks an address."""
    return _page(AddressInput())


@blueprint.post("/suppression")
@access(Rule.SIGNED_IN)
def check_suppression() -> ResponseReturnValue:
    """Say whether an address is suppressed. A POST, so that it is in no URL."""
    scopes, form = _scopes(), AddressInput(posted())
    if not form.validate():
        return _page(form), 422
    entries = entries_of(current_session().connection(), form.address.key)
    theirs = {None, *(scope.id for scope in scopes)}
    found = [entry for entry in entries if entry.newsletter_id in theirs]
    return _page(AddressInput(), checked=mask(form.address.display), found=_shown(found, scopes))


@blueprint.route("/suppression/new", methods=["GET", "POST"])
@access(Rule.SIGNED_IN)
def suppress_address() -> ResponseReturnValue:
    """Add an entry."""
    form = SuppressInput(posted())
    form.offer(_scopes())
    if request.method == "POST" and form.validate():
        with unit_of_work() as session:
            reason, scope = Reason(form.reason.data), form.chosen()
            made = suppress(session, form.address, reason, scope.id)
            _note(session, "added", made.entry_id, scope, reason=reason, ended=made.ended)
        flash(_("The address is suppressed. Its subscriptions there are ended."), "success")
        return redirect(url_for("admin.suppression"))
    page = render_template("admin/suppression_new.html", form=form)
    return page, 422 if form.errors else 200


@blueprint.route("/suppression/lift", methods=["GET", "POST"])
@access(Rule.SIGNED_IN)
def lift_suppression() -> ResponseReturnValue:
    """Remove an entry."""
    form = LiftInput(posted())
    form.offer(_scopes())
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                scope = form.chosen()
                entry_id = lift(session, form.address, scope.id)
                _note(session, "lifted", entry_id, scope, reason=form.reason.data)
        except NotSuppressed as error:
            refused(form, error)
        else:
            flash(_("The suppression is lifted. No subscription comes back by that."), "success")
            return redirect(url_for("admin.suppression"))
    page = render_template("admin/suppression_lift.html", form=form)
    return page, 422 if form.errors else 200


def _scopes() -> list[Scope]:
    """What this operator may suppress for, all newsletters first; refuses who edits none."""
    operator = current_operator()
    scopes = [
        Scope(newsletter.id, newsletter.slug, newsletter.name)
        for newsletter in all_newsletters(current_session())
        if operator.may(Role.EDITOR, newsletter.id)
    ]
    if operator.may(Role.EDITOR):
        scopes.insert(0, Scope(None, None, str(EVERY_NEWSLETTER)))
    if not scopes:
        raise Forbidden
    return scopes


def _page(form: AddressInput, checked: str = "", found: Sequence[dict[str, object]] = ()) -> str:
    scopes = _scopes()
    ids = [scope.id for scope in scopes if scope.id is not None]
    entries = list_entries(current_session(), ids, request.args.get("before", type=int))
    return render_template(
        "admin/suppression.html",
        form=form,
        checked=checked,
        found=found,
        entries=_shown(entries[:PAGE], scopes),
        before=entries[PAGE - 1].id if len(entries) > PAGE else None,
        is_first="before" not in request.args,
    )


def _shown(entries: Sequence[Entry], scopes: Sequence[Scope]) -> list[dict[str, object]]:
    names = {scope.id: scope.name for scope in scopes}
    return [
        {
            "reason": REASONS[entry.reason],
            "scope": names.get(entry.newsletter_id, EVERY_NEWSLETTER),
            "since": entry.created_at,
            "until": kept_until(entry.created_at),
        }
        for entry in entries
    ]


def _note(session: Session, done: str, entry_id: int, scope: Scope, **details: object) -> None:
    thing = f"suppression {entry_id}"
    note(session, f"suppression.{done}", thing, newsletter=scope.slug, **details)
