"""Webhooks: list, make, look at one, its secret, a test, pause, resume, delete. For owners."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.privacy.webhooks import recipients
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted, refused
from subscriptions.web.admin.webhook_inputs import KINDS, REASONS, WebhookInput
from subscriptions.webhooks.models import Webhook
from subscriptions.webhooks.operations import (
    Why,
    add_webhook,
    delete_webhook,
    pause,
    resume,
    send_test,
)
from subscriptions.webhooks.queries import (
    MOST,
    all_webhooks,
    count_waiting,
    webhook_by_reference,
)
from subscriptions.webhooks.signing import secret_of
from subscriptions.webhooks.targets import target_of

HERE = "/webhooks/<reference>"


@blueprint.get("/webhooks")
@access(Rule.OWNER)
def webhooks() -> ResponseReturnValue:
    """The list; under a policy that names no recipient it says why there are none."""
    return render_template(
        "admin/webhooks.html",
        lines=all_webhooks(current_session()),
        recipients=recipients(),
        **_words(),
    )


@blueprint.route("/webhooks/new", methods=["GET", "POST"])
@access(Rule.OWNER)
def make_webhook() -> ResponseReturnValue:
    """Make one."""
    form = WebhookInput()
    form.offer()
    form.process(posted())
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                made = add_webhook(session, form.draft(), recipients())
                _note("made", made, recipient=made.recipient, types=made.types)
        except (Conflict, Invalid) as error:
            refused(form, error)
        else:
            flash(_("The webhook is made. Its receiver needs the secret."), "success")
            return _to(made.reference)
    page = render_template("admin/webhook_new.html", form=form, recipients=recipients())
    return page, 422 if form.errors else 200


@blueprint.get(HERE)
@access(Rule.OWNER)
def webhook(reference: str) -> ResponseReturnValue:
    """How one is doing, and what can be done."""
    return _page(webhook_by_reference(current_session(), reference))


@blueprint.post(f"{HERE}/secret")
@access(Rule.OWNER)
def webhook_secret(reference: str) -> ResponseReturnValue:
    """The same page with the secret. A POST, so that it is in the trail and in no history."""
    with unit_of_work() as session:
        found = webhook_by_reference(session, reference)
        _note("secret shown", found)
    return _page(found, secret_of(reference))


@blueprint.post(f"{HERE}/test")
@access(Rule.OWNER)
def try_webhook(reference: str) -> ResponseReturnValue:
    """Send an event that tells of nothing."""
    try:
        with unit_of_work() as session:
            found = webhook_by_reference(session, reference, lock=True)
            _note("tested", found, event=send_test(session, found))
    except Conflict as error:
        flash(str(error.message), "error")
    else:
        flash(_("A test is on its way. Look here again in a moment."), "success")
    return _to(reference)


@blueprint.post(f"{HERE}/pause")
@access(Rule.OWNER)
def pause_webhook(reference: str) -> ResponseReturnValue:
    """Send it nothing for now."""
    with unit_of_work() as session:
        found = webhook_by_reference(session, reference, lock=True)
        pause(found, Why.OWNER)
        _note("paused", found)
    flash(_("The webhook is paused. What happens meanwhile waits, for thirty days."), "success")
    return _to(reference)


@blueprint.post(f"{HERE}/resume")
@access(Rule.OWNER)
def resume_webhook(reference: str) -> ResponseReturnValue:
    """Send it what waits."""
    try:
        with unit_of_work() as session:
            found = webhook_by_reference(session, reference, lock=True)
            resume(session, found, recipients())
            _note("resumed", found)
    except Conflict as error:
        flash(str(error.message), "error")
    else:
        flash(_("The webhook is resumed. What waited is on its way."), "success")
    return _to(reference)


@blueprint.post(f"{HERE}/delete")
@access(Rule.OWNER)
def forget_webhook(reference: str) -> ResponseReturnValue:
    """Forget it, and what it was not told yet."""
    with unit_of_work() as session:
        found = webhook_by_reference(session, reference, lock=True)
        _note("deleted", found)
        delete_webhook(session, found)
    flash(_("The webhook is deleted."), "success")
    return redirect(url_for("admin.webhooks"))


def _page(found: Webhook, secret: str = "") -> str:
    return render_template(
        "admin/webhook.html",
        hook=found,
        secret=secret,
        waiting=count_waiting(current_session(), found),
        is_recipient=found.recipient in recipients(),
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "newsletters": {one.id: one.name for one in all_newsletters(current_session())},
        "kinds": KINDS,
        "reasons": REASONS,
        "most": MOST,
    }


def _note(done: str, hook: Webhook, **details: object) -> None:
    """Name the host alone: the rest of the address may be as good as a password."""
    thing = f"webhook {hook.reference}"
    host = target_of(hook.url).host
    note(current_session(), f"webhook.{done}", thing, host=host, **details)


def _to(reference: str) -> Response:
    return redirect(url_for("admin.webhook", reference=reference))  # type: ignore[return-value]
