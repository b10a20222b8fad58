"""Changes in bulk: a look at what would happen, then the change, its progress and its report."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Conflict, Invalid
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.roles import Role
from subscriptions.subscribers.bulk.acts import REASONS, Outcome
from subscriptions.subscribers.bulk.asking import begin_change, cancel_change, go_to_work
from subscriptions.subscribers.bulk.looking_ahead import Preview, SoFar, look_ahead
from subscriptions.subscribers.bulk.queries import change_of, changes_of
from subscriptions.subscribers.bulk_models import Act, BulkChange, BulkState
from subscriptions.subscribers.finding import MOST_COUNTED
from subscriptions.web.admin.access import Rule, access, current_newsletter, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.bulk_inputs import ACTS, EFFECTS, BulkInput
from subscriptions.web.admin.filter_inputs import FilterInput

REFRESH = 2  # seconds
HERE = "/newsletters/<newsletter>/bulk"


@blueprint.get(HERE)
@access(Rule.VIEWER)
def bulk_changes(newsletter: str) -> ResponseReturnValue:
    """The latest changes in bulk."""
    owner = current_newsletter()
    changes = changes_of(current_session(), owner.id)
    return render_template(
        "admin/bulk_changes.html", newsletter=owner, changes=changes, acts=ACTS, done=Outcome.DONE
    )


@blueprint.route(f"{HERE}/preview", methods=["GET", "POST"])
@access(Rule.EDITOR)
def preview_bulk(newsletter: str) -> ResponseReturnValue:
    """Whom a change would be for, and what would happen; does nothing.

    A look that is not at its end goes on by itself, with what it has come to in the address.
    """
    sent = request.form if request.method == "POST" else request.args
    form = BulkInput.of(current_newsletter(), sent)
    try:
        return _preview(form), 422 if form.errors else 200
    except (Conflict, Invalid) as error:
        flash(str(error.message), "error")
        return redirect(url_for("admin.subscribers", newsletter=newsletter, **form.asked()))


@blueprint.post(HERE)
@access(Rule.EDITOR)
def start_bulk(newsletter: str) -> ResponseReturnValue:
    """Have it done, if it is what the page before has shown."""
    owner = current_newsletter()
    form = BulkInput.of(owner, request.form)
    form.validate()
    preview = None if form.errors else look_ahead(current_session(), owner, form.wanted())
    if preview is None or not form.sure.data or _is_more(preview, form):
        return _preview(form), 422
    with unit_of_work() as session:
        wanted = form.wanted()
        change = begin_change(session, owner, wanted, current_operator().email, _may_erase_in())
        note(
            session,
            "subscribers.changed in bulk",
            f"bulk change {change.reference}",
            act=wanted.act.value,
            topic=wanted.topic,
            filter=change.filter,
            people=form.number.data if preview.rest else preview.count.number,
        )
        reference = change.reference
    go_to_work()
    return _to(reference)


@blueprint.get(f"{HERE}/<reference>")
@access(Rule.VIEWER)
def one_bulk_change(newsletter: str, reference: str) -> ResponseReturnValue:
    """How far it is, or what came of it."""
    owner = current_newsletter()
    found = change_of(current_session(), owner.id, reference)
    page = Response(_report(found))
    if found.state == BulkState.RUNNING:
        page.headers["Refresh"] = str(REFRESH)
    return page


@blueprint.post(f"{HERE}/<reference>/cancel")
@access(Rule.EDITOR)
def cancel_bulk(newsletter: str, reference: str) -> ResponseReturnValue:
    """Stop it where it is."""
    with unit_of_work() as session:
        found = change_of(session, current_newsletter().id, reference, lock=True)
        cancel_change(found)
        note(session, "bulk change.cancelled", f"bulk change {reference}")
    flash(_("The change is cancelled. What was done stays done."), "success")
    return _to(reference)


def _preview(form: BulkInput) -> Response:
    owner = current_newsletter()
    valid = form.validate()
    wanted = form.wanted() if valid else None
    preview = look_ahead(current_session(), owner, wanted, form.so_far()) if wanted else None
    further = _further(form, preview.rest) if preview and preview.rest else None
    page = render_template(
        "admin/bulk_preview.html",
        newsletter=owner,
        form=form,
        wanted=wanted,
        members=form.members(),
        preview=preview,
        grown=bool(preview and form.number.data is not None and _is_more(preview, form)),
        acts=ACTS,
        effects=EFFECTS,
        most=MOST_COUNTED,
        further=further,
    )
    return Response(page, headers={"Refresh": f"0; url={further}"} if further else None)


def _further(form: BulkInput, so_far: SoFar) -> str:
    return url_for(
        "admin.preview_bulk",
        newsletter=current_newsletter().slug,
        act=form.act.data,
        of_topic=form.of_topic.data or None,
        whom=form.whom.data,
        before=so_far.before,
        counted=so_far.number,
        first=so_far.first,
        **form.asked(),
    )


def _is_more(preview: Preview, form: BulkInput) -> bool:
    """Whether more people would be changed than the page before had shown."""
    return preview.count.number > (form.number.data or 0)


def _report(found: BulkChange) -> str:
    owner = current_newsletter()
    skipped = {name: n for name, n in found.totals.items() if name != Outcome.DONE}
    asked = FilterInput.offered(owner, None, data=found.filter or {})
    return render_template(
        "admin/bulk_change.html",
        newsletter=owner,
        found=found,
        title=ACTS[Act(found.act)],
        done=found.totals.get(Outcome.DONE, 0),
        skipped=sorted(skipped.items(), key=lambda each: -each[1]),
        reasons=REASONS,
        asked=asked.in_words(),
        may_edit=current_operator().may(Role.EDITOR, owner.id),
    )


def _may_erase_in() -> list[int] | None:
    """The newsletters whose people the operator may erase; None for all."""
    operator = current_operator()
    if operator.may(Role.EDITOR):
        return None
    every = all_newsletters(current_session())
    return [each.id for each in every if operator.may(Role.EDITOR, each.id)]


def _to(reference: str) -> Response:
    slug = current_newsletter().slug
    return redirect(url_for("admin.one_bulk_change", newsletter=slug, reference=reference))  # type: ignore[return-value]
