"""What every admin page shows around its content."""

from typing import Any

from flask import has_request_context, request, url_for
from flask_login import current_user

from subscriptions.core.words import gettext as _
from subscriptions.operators.roles import Role
from subscriptions.web.admin.access import current_operator

PAGES = {"admin", "security"}


def context() -> dict[str, Any]:
    """Template variables of the admin's pages; nothing on public ones."""
    if not has_request_context() or request.blueprint not in PAGES:
        return {}
    if not current_user.is_authenticated:
        return {}
    operator = current_operator()
    entries = [
        ("admin.dashboard", _("Overview")),
        ("admin.newsletters", _("Newsletters")),
        ("admin.announcements", _("Announcements")),
        ("admin.dead_letters", _("Dead letters")),
    ]
    if operator.may_somewhere(Role.EDITOR):
        entries.append(("admin.suppression", _("Suppression")))
    if operator.may(Role.VIEWER):
        entries.append(("admin.retention", _("Retention")))
        entries.append(("admin.processing_register", _("Register")))
    if operator.may(Role.OWNER):
        entries += [("admin.all_requests", _("Requests"))]
        entries += [("admin.all_enquiries", _("Enquiries"))]
        entries += [("admin.incidents", _("Incidents"))]
        entries += [("admin.operators", _("Operators")), ("admin.audit_trail", _("Audit trail"))]
    entries.append(("admin.account", _("My account")))
    menu = [
        {"url": url_for(endpoint), "label": label, "here": request.endpoint == endpoint}
        for endpoint, label in entries
    ]
    return {"menu": menu, "operator": operator}
