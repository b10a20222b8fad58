"""The register of processing (GDPR Article 30), to be looked at and taken along.

It is about everybody, so it needs a role in all newsletters; it names nobody who subscribes.
"""

from dataclasses import astuple

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from subscriptions.core import clock
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.operators.roles import Role
from subscriptions.privacy.notice import notice_in_force
from subscriptions.privacy.notice.register import Activity, Register, register_of
from subscriptions.transfer.export import csv_line
from subscriptions.web.admin.access import Rule, access, must_be
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.locale import current_settings
from subscriptions.webhooks.queries import hosts_told

COLUMNS = (
    "activity",
    "purpose",
    "legal_basis",
    "data_subjects",
    "personal_data",
    "kept",
    "then",
    "recipients",
    "location",
    "security_measures",
    "controller",
    "controller_address",
    "controller_contact",
    "data_protection_officer",
    "policy_version",
)


@blueprint.get("/register")
@access(Rule.SIGNED_IN)
def processing_register() -> ResponseReturnValue:
    """The register as it is today."""
    return render_template("admin/register.html", register=_register())


@blueprint.post("/register/csv")
@access(Rule.SIGNED_IN)
def register_csv() -> ResponseReturnValue:
    """The same as a CSV file: a line for each activity, complete in itself."""
    register = _register()
    lines = [COLUMNS, *(_cells(activity, register) for activity in register.activities)]
    return _file("csv", "".join(csv_line(line) for line in lines))


@blueprint.post("/register/html")
@access(Rule.SIGNED_IN)
def register_html() -> ResponseReturnValue:
    """The same as a page that stands alone: it loads nothing."""
    page = render_template("admin/register_file.html", register=_register(), today=clock.today())
    return _file("html", page)


def _register() -> Register:
    must_be(Role.VIEWER, None)
    session = current_session()
    return register_of(notice_in_force(session), current_settings(), hosts_told(session))


def _cells(activity: Activity, register: Register) -> list[str]:
    notice = register.notice
    return [
        *astuple(activity),
        register.recipients,
        notice.policy.location,
        "; ".join(register.measures),
        notice.controller.name,
        notice.controller.postal_address,
        notice.controller.contact,
        register.officer,
        notice.policy.version,
    ]


def _file(kind: str, content: str) -> Response:
    """A download; that it was taken is in the audit trail before it leaves."""
    with unit_of_work() as session:
        note(session, "register.exported", "register of processing", format=kind)
    name = f"register-of-processing-{clock.today()}.{kind}"
    return Response(
        content,
        mimetype=f"text/{kind}",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
