"""An operator's own account. Changing it is Flask-Security's: password, second factor, codes."""

from flask import render_template
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session
from subscriptions.newsletters.queries import all_newsletters
from subscriptions.operators.roles import TITLES, Role
from subscriptions.operators.sessions import sessions_of
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.signed_in import this_session


@blueprint.get("/account")
@access(Rule.SIGNED_IN)
def account() -> ResponseReturnValue:
    """Who one is here, how one signs in, and where one is signed in."""
    operator = current_operator()
    names = {n.id: n.name for n in all_newsletters(current_session())}
    return render_template(
        "admin/account.html",
        role=TITLES[operator.role] if operator.role else None,
        certain=[
            (names[held.newsletter_id], TITLES[Role(held.role)])
            for held in operator.newsletter_roles
            if held.newsletter_id in names
        ],
        codes_left=len(operator.mf_recovery_codes or []),
        sessions=sessions_of(current_session(), operator.id),
        this_session=this_session(),
    )
