"""What every admin page shows around its content: the menu, in sections."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request, url_for
from flask_login import current_user

from subscriptions.core.words import gettext as _
from subscriptions.operators.models import Operator
from subscriptions.operators.roles import Role
from subscriptions.web.admin.access import current_operator

PAGES = {"admin", "security"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu; ``here`` says that it, or one below it, is the one that is shown."""

    url: str
    label: str
    here: bool

    @property
    def exact(self) -> bool:
        """Whether this very page is shown."""
        return self.here and request.path == self.url


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that go together; the section leads to the first of them."""

    label: str
    entries: tuple[Entry, ...]

    @property
    def here(self) -> bool:
        """Whether one of its pages is shown."""
        return any(entry.here for entry in self.entries)


def context() -> dict[str, Any]:
    """Template variables of the admin's pages; nothing on public ones."""
    if not has_request_context() or request.blueprint not in PAGES:
        return {}
    if not current_user.is_authenticated:
        return {}
    operator = current_operator()
    sections = [
        Section(label, tuple(_entry(endpoint, name) for endpoint, name in pages))
        for label, pages in _sections(operator)
        if pages
    ]
    return {"menu": sections, "operator": operator}


Pages = list[tuple[str, str]]


def _sections(operator: Operator) -> Iterator[tuple[str, Pages]]:
    yield _("Overview"), [("admin.dashboard", _("Overview"))]
    yield _("Newsletters"), _newsletters(operator)
    yield _("Privacy"), _privacy(operator)
    if operator.may(Role.OWNER):
        team = [
            ("admin.operators", _("Operators")),
            ("admin.api_keys", _("API keys")),
            ("admin.webhooks", _("Webhooks")),
            ("admin.audit_trail", _("Audit trail")),
            ("admin.start", _("Set-up")),
        ]
        yield _("Team"), team
    yield _("My account"), [("admin.account", _("My account"))]


def _newsletters(operator: Operator) -> Pages:
    pages = [
        ("admin.newsletters", _("Newsletters")),
        ("admin.announcements", _("Announcements")),
        ("admin.dead_letters", _("Dead letters")),
    ]
    if operator.may_somewhere(Role.EDITOR):
        pages.append(("admin.suppression", _("Suppression")))
    if operator.may(Role.OWNER):
        pages.append(("admin.sites", _("Linked sites")))
    return pages


def _privacy(operator: Operator) -> Pages:
    pages: Pages = []
    if operator.may(Role.OWNER):
        pages += [
            ("admin.all_requests", _("Requests")),
            ("admin.all_enquiries", _("Enquiries")),
            ("admin.incidents", _("Incidents")),
        ]
    if operator.may(Role.VIEWER):
        pages += [
            ("admin.retention", _("Retention")),
            ("admin.processing_register", _("Register")),
        ]
    return pages


def _entry(endpoint: str, label: str) -> Entry:
    url = url_for(endpoint)
    below = not url.endswith("/") and request.path.startswith(f"{url}/")
    return Entry(url, label, here=below or request.path == url)
