"""Who may open what. Every admin view declares a rule; one without a rule opens for nobody.

``routes.toml`` beside this file lists every route with its rule once more, and a test walks all
of them with each role.
"""

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar

from flask import current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from subscriptions.core.errors import AssentError, NotFound
from subscriptions.core.transactions import current_session
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.operators.models import Operator
from subscriptions.operators.roles import Role
from subscriptions.operators.team import second_factor_required
from subscriptions.web.admin.signed_in import by_passkey

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

RULE = "assent_access_rule"
NEWSLETTER = "newsletter"  # the part of a URL that names the newsletter


class Rule(StrEnum):
    """Who may open a view."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed in"
    OWNER = "owner"
    VIEWER = "viewer of the newsletter"
    EDITOR = "editor of the newsletter"


# What an operator may still open who has yet to set up the second step that is required.
WITHOUT_SECOND_FACTOR = {
    "admin.account",
    "admin.end_session",
    "admin.end_other_sessions",
    "admin.sign_out_everywhere",
}
NEEDS = {Rule.VIEWER: Role.VIEWER, Rule.EDITOR: Role.EDITOR}


class Forbidden(AssentError):
    """The operator's role does not include this."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN
    message = _("Your role does not include this. An owner can change that.")


def access(rule: Rule) -> Callable[[View], View]:
    """Declare who may open a view. Goes between the route and the function."""

    def declare(view: View) -> View:
        setattr(view, RULE, rule)
        return view

    return declare


def guard() -> ResponseReturnValue | None:
    """Enforce the rule of the view that was asked for, before it runs."""
    rule = getattr(current_app.view_functions[request.endpoint or ""], RULE, None)
    if rule is None:
        raise RuntimeError(f"{request.endpoint} declares no access rule")
    if rule is Rule.EVERYONE:
        return None
    if not current_user.is_authenticated:
        return _sign_in()
    if request.endpoint not in WITHOUT_SECOND_FACTOR and _lacks_second_factor():
        flash(_("Everybody needs a second step here. Please set up yours."), "info")
        return redirect(url_for("security.two_factor_setup"))
    _enforce(rule, current_operator())
    return None


def current_operator() -> Operator:
    """The operator who is signed in."""
    operator: Operator = current_user._get_current_object()  # noqa: SLF001 (Flask's own idiom)
    return operator


def current_newsletter() -> Newsletter:
    """The newsletter that the URL names; the guard has checked the role on it."""
    newsletter: Newsletter = g.admin_newsletter
    return newsletter


def must_be(role: Role, newsletter_id: int | None) -> None:
    """Refuse unless the operator has this role on the newsletter, or everywhere if None."""
    if not current_operator().may(role, newsletter_id):
        raise Forbidden


def _enforce(rule: Rule, operator: Operator) -> None:
    if rule is Rule.OWNER and not operator.may(Role.OWNER):
        raise Forbidden
    if rule in NEEDS:
        newsletter = _visible((request.view_args or {})[NEWSLETTER], operator)
        must_be(NEEDS[rule], newsletter.id)
        g.admin_newsletter = newsletter


def _visible(slug: str, operator: Operator) -> Newsletter:
    """The newsletter. Without a role on it one doesn't even learn whether it exists."""
    with suppress(NotFound):
        newsletter = newsletter_by_slug(current_session(), slug)
        if operator.role_on(newsletter.id) is not None:
            return newsletter
    raise NotFound


def _lacks_second_factor() -> bool:
    operator = current_operator()
    if operator.tf_primary_method or by_passkey():
        return False
    return second_factor_required(current_session()) and not operator.has_second_step


def _sign_in() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted))
