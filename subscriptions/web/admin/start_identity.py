"""Steps of the guided first run: organisation, sender, privacy policy."""

from urllib.parse import urlsplit

from flask import request
from flask.typing import ResponseReturnValue

from subscriptions.core.identity import (
    NotAccepted,
    current_identity,
    fixed_by_the_environment,
    store_identity,
    stored_identity,
)
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.fields import PROFILE_FIELDS
from subscriptions.operators.first_steps import Step, step_done
from subscriptions.privacy.notice.promises import kept_of_subscribers, ways_of
from subscriptions.privacy.policy import current_policy, load_policy, shipped_policies
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import posted
from subscriptions.web.admin.start import onward, step_page
from subscriptions.web.admin.start_inputs import IdentityInput, OrganisationInput, SenderInput
from subscriptions.web.locale import current_settings


@blueprint.route("/start/organisation", methods=["GET", "POST"])
@access(Rule.OWNER)
def start_organisation() -> ResponseReturnValue:
    """Who answers for the newsletters."""
    form = OrganisationInput(posted(), data=stored_identity(current_session()))
    if _stored(Step.ORGANISATION, form):
        return onward(Step.ORGANISATION)
    return step_page(Step.ORGANISATION, form, named=current_policy().controller)


@blueprint.route("/start/sender", methods=["GET", "POST"])
@access(Rule.OWNER)
def start_sender() -> ResponseReturnValue:
    """From which address mail is sent, and by which server."""
    form = SenderInput(posted(), data=stored_identity(current_session()))
    if _stored(Step.SENDER, form):
        return onward(Step.SENDER)
    settings = current_settings()
    server = urlsplit(settings.smtp_url.get_secret_value()).hostname
    return step_page(Step.SENDER, form, server=server, sender=current_identity().sender)


@blueprint.route("/start/policy", methods=["GET", "POST"])
@access(Rule.OWNER)
def start_policy() -> ResponseReturnValue:
    """What the policy in force promises, and what the others that come with Assent would."""
    if request.method == "POST":
        with unit_of_work() as session:
            step_done(session, Step.POLICY)
            note(session, "first steps.policy kept", "policy", version=current_policy().version)
        return onward(Step.POLICY)
    in_force = current_settings().policy
    wanted = request.args.get("look", in_force)
    other = wanted if wanted != in_force and wanted in shipped_policies() else None
    shown = load_policy(other) if other else current_policy()
    return step_page(
        Step.POLICY,
        in_force=in_force,
        other=other,
        names=sorted({in_force, *shipped_policies()}),
        kept=kept_of_subscribers(shown),
        ways=ways_of(shown),
        fields=[PROFILE_FIELDS[name].label for name in shown.fields],
    )


def _stored(step: Step, form: IdentityInput) -> bool:
    """Store what was sent, if all of it can be accepted."""
    settings, fixed = current_settings(), fixed_by_the_environment()
    form.fix({name: getattr(settings, name) for name in fixed})
    if request.method != "POST" or not form.validate():
        return False
    values = form.open_values(fixed)
    try:
        with unit_of_work() as session:
            store_identity(session, **values)
            step_done(session, step)
            note(session, "organisation.edited", "organisation", said=sorted(values))
    except NotAccepted as error:
        form[error.field].errors = [error.message]
        return False
    return True
