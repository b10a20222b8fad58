"""The last step of the guided first run: a test mail to oneself, and what became of it."""

from flask import make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from subscriptions.core.identity import current_identity
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.operators.first_steps import Step
from subscriptions.operators.trial import fate_of_test_mail, send_test_mail
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.start import step_page
from subscriptions.web.locale import current_settings

REFRESH = 2  # seconds


@blueprint.get("/start/test-mail")
@access(Rule.OWNER)
def start_test_mail() -> ResponseReturnValue:
    """Offer the mail, and say how the last one fares until that is known."""
    fate = fate_of_test_mail(current_session())
    shown = step_page(
        Step.TEST_MAIL,
        fate=fate,
        sender=current_identity().sender,
        local_mailbox=current_settings().uses_local_mailbox,
    )
    page = make_response(shown)
    if fate.waits:
        page.headers["Refresh"] = str(REFRESH)
    return page


@blueprint.post("/start/test-mail")
@access(Rule.OWNER)
def start_send_test_mail() -> ResponseReturnValue:
    """Send one to whoever is signed in."""
    with unit_of_work() as session:
        send_test_mail(session, current_operator())
        note(session, "mail.test sent", f"operator {current_operator().email}")
    return redirect(url_for("admin.start_test_mail"))
