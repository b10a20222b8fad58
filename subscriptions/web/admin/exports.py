"""Exports: what is wanted and what for, the file, those on record, and who has left since."""

from collections.abc import Iterator
from dataclasses import replace

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.errors import Conflict, Invalid, NotFound
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.subscribers.export_models import Export, ExportState
from subscriptions.subscribers.filtering import Filter
from subscriptions.subscribers.segments import filter_of, segment_of, segments_of
from subscriptions.transfer.exporting.asking import (
    Checked,
    Format,
    Wanted,
    check_export,
    record_export,
)
from subscriptions.transfer.exporting.departures import departures_csv
from subscriptions.transfer.exporting.leftovers import delete_file
from subscriptions.transfer.exporting.making import (
    go_to_work,
    leave_to_worker,
    make_now,
    making_of,
)
from subscriptions.transfer.exporting.queries import expires_at, export_of, exports_of
from subscriptions.transfer.exporting.serving import MIMETYPES, kept_file, plan_of
from subscriptions.transfer.selection import EVERYBODY, columns_of
from subscriptions.web.admin.access import Rule, access, current_newsletter, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.export_inputs import WHO, ExportInput, export_input
from subscriptions.web.admin.filter_inputs import FilterInput
from subscriptions.web.admin.inputs import posted, refused

REFRESH = 2  # seconds
HERE = "/newsletters/<newsletter>/exports/<reference>"


@blueprint.get("/newsletters/<newsletter>/export")
@access(Rule.EDITOR)
def export(newsletter: str) -> ResponseReturnValue:
    """What can be exported, filled in by a segment or a filter; and the latest exports."""
    owner = current_newsletter()
    asked = FilterInput.offered(owner, request.args)
    if not asked.validate():
        raise NotFound
    reference = request.args.get("segment", "")
    try:
        wanted = _filter_of(owner, reference) if reference else asked.filter()
        return _form_page(_form(owner, wanted, reference))
    except Invalid as error:
        flash(str(error.message), "error")
        return redirect(url_for("admin.export", newsletter=newsletter))


@blueprint.post("/newsletters/<newsletter>/export")
@access(Rule.EDITOR)
def ask_for_file(newsletter: str) -> ResponseReturnValue:
    """The file, or the page that says how far it is; on record before its first byte leaves."""
    owner = current_newsletter()
    form = _form(owner)
    if not form.validate():
        return _form_page(form), 422
    try:
        checked = check_export(current_session(), owner.id, _wanted(owner, form))
    except Invalid as error:
        refused(form, error)
        return _form_page(form), 422
    with unit_of_work() as session:
        reference = _record(session, owner, checked)
    found = export_of(current_session(), owner.id, reference)
    if checked.at_once:
        make_now(making_of(current_session(), found))
        found = export_of(current_session(), owner.id, reference)
    else:
        go_to_work()
    if found.state == ExportState.READY:
        return _file(owner, found)
    return _to(found.reference)


@blueprint.get(HERE)
@access(Rule.EDITOR)
def one_export(newsletter: str, reference: str) -> ResponseReturnValue:
    """One export as it stands."""
    owner = current_newsletter()
    found = export_of(current_session(), owner.id, reference)
    page = Response(
        render_template(
            "admin/one_export.html",
            newsletter=owner,
            found=found,
            who=WHO,
            came=FilterInput.offered(owner, None, data=found.filter).in_words(),
            expires_at=expires_at(found),
        )
    )
    if found.kept and found.state == ExportState.MAKING:
        page.headers["Refresh"] = str(REFRESH)
    return page


@blueprint.post(f"{HERE}/download")
@access(Rule.EDITOR)
def download(newsletter: str, reference: str) -> ResponseReturnValue:
    """The file once more, without whoever has left since."""
    owner = current_newsletter()
    with unit_of_work() as session:
        found = export_of(session, owner.id, reference)
        if found.state != ExportState.READY:
            raise Conflict(_("There is no file of this export to download."))
        note(session, "export.downloaded", _thing(found))
    return _file(owner, export_of(current_session(), owner.id, reference))


@blueprint.post(f"{HERE}/delete")
@access(Rule.EDITOR)
def delete_export(newsletter: str, reference: str) -> ResponseReturnValue:
    """Delete the file before its time."""
    with unit_of_work() as session:
        found = export_of(session, current_newsletter().id, reference, lock=True)
        delete_file(found)
        note(session, "export.deleted", _thing(found))
    go_to_work()
    flash(_("The file is deleted. The record of it stays."), "success")
    return _to(reference)


@blueprint.post(f"{HERE}/departures")
@access(Rule.EDITOR)
def departures(newsletter: str, reference: str) -> ResponseReturnValue:
    """Who has left since, by their links; for whoever has the file (GDPR Article 19)."""
    owner = current_newsletter()
    with unit_of_work() as session:
        note(session, "export.followed_up", _thing(export_of(session, owner.id, reference)))
    session = current_session()
    chunks = departures_csv(session, export_of(session, owner.id, reference))
    return _attachment(chunks, f"{owner.slug}-left-{clock.today()}.csv", MIMETYPES[Format.CSV])


def _record(session: Session, owner: Newsletter, checked: Checked) -> str:
    """Put it on record and into the trail, and leave it to the worker if it is large."""
    found = record_export(session, checked, current_operator().email)
    if not checked.at_once:
        leave_to_worker(found)
    note(
        session,
        "subscribers.exported",
        f"newsletter {owner.slug}",
        export=found.reference,
        format=found.format,
        status=found.status,
        topic=found.topic,
        segment=found.segment,
        filter=found.filter or None,
    )
    return found.reference


def _wanted(owner: Newsletter, form: ExportInput) -> Wanted:
    """What was filled in; under the name of a segment only if it is what that one says."""
    wanted, reference = form.wanted(), form.segment.data
    if not reference:
        return wanted
    segment = segment_of(current_session(), owner.id, reference)
    people = filter_of(segment)
    same = (wanted.filter, wanted.topic) == (people.of_sign_up(), people.topic)
    return replace(wanted, segment=segment.name) if same else wanted


def _filter_of(owner: Newsletter, reference: str) -> Filter:
    return filter_of(segment_of(current_session(), owner.id, reference))


def _form(owner: Newsletter, wanted: Filter = EVERYBODY, segment: str = "") -> ExportInput:
    columns = columns_of(current_session(), owner.id)
    return export_input(posted(), owner, columns, wanted, segment)


def _form_page(form: ExportInput) -> str:
    owner = current_newsletter()
    return render_template(
        "admin/export.html",
        newsletter=owner,
        form=form,
        exports=exports_of(current_session(), owner.id),
        segments=segments_of(current_session(), owner.id),
        expires_at=expires_at,
        who=WHO,
    )


def _file(owner: Newsletter, found: Export) -> Response:
    kind = Format(found.format)
    name = f"{owner.slug}-{found.status}-{found.recorded_at.date()}.{kind}"
    return _attachment(kept_file(plan_of(current_session(), found)), name, MIMETYPES[kind])


def _attachment(chunks: Iterator[bytes], name: str, mimetype: str) -> Response:
    return Response(
        stream_with_context(chunks),
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _thing(found: Export) -> str:
    return f"export {found.reference}"


def _to(reference: str) -> Response:
    slug = current_newsletter().slug
    return redirect(url_for("admin.one_export", newsletter=slug, reference=reference))  # type: ignore[return-value]
