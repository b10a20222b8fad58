"""The guided first run: its steps at a glance, going on to the next one, and skipping."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from subscriptions.core.errors import NotFound
from subscriptions.core.links import current_links
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.core.words import gettext
from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.queries import newest_form
from subscriptions.operators.first_steps import Step, next_step, outcomes, skip_steps
from subscriptions.operators.roles import Role
from subscriptions.web.admin.access import Rule, access, current_operator
from subscriptions.web.admin.auditing import note
from subscriptions.web.admin.blueprint import blueprint

LABELS = {
    Step.ORGANISATION: _("Organisation"),
    Step.SENDER: _("Sender"),
    Step.POLICY: _("Privacy policy"),
    Step.NEWSLETTER: _("Newsletter"),
    Step.FORM: _("Form"),
    Step.TEST_MAIL: _("Test mail"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A step as the guide shows it; ``at`` is when it was taken or skipped, if it was."""

    step: Step
    label: str
    url: str
    skipped: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Guide:
    """How far the first run has come; without ``following`` it is over."""

    stages: Sequence[Stage]
    following: Stage | None

    @property
    def settled(self) -> int:
        """How many steps have an outcome."""
        return sum(stage.at is not None for stage in self.stages)


def guide(session: Session, after: Step | None = None) -> Guide:
    """The steps, and the next one to take; one of those that follow ``after`` if there is one."""
    settled = outcomes(session)
    stages = {}
    for step in Step:
        skipped, at = settled.get(step, (False, None))
        stages[step] = Stage(step, str(LABELS[step]), url_of(step), skipped, at)
    following = next_step(settled, after)
    return Guide(list(stages.values()), stages[following] if following else None)


def guide_for_operator(session: Session) -> Guide | None:
    """The guide, as long as it is not over, for those who may take its steps."""
    if not current_operator().may(Role.OWNER):
        return None
    found = guide(session)
    return found if found.following else None


@blueprint.get("/start")
@access(Rule.OWNER)
def start() -> ResponseReturnValue:
    """All steps, to be taken once more as well."""
    session = current_session()
    slug = newest_form(session)
    form_url = f"{current_links().base_url}/forms/{slug}" if slug else ""
    return render_template("admin/start.html", guide=guide(session), form_url=form_url)


@blueprint.post("/start/skip")
@access(Rule.OWNER)
def skip() -> ResponseReturnValue:
    """Skip one step, or all that are left."""
    wanted = request.form.get("step")
    if wanted is not None and wanted not in list(Step):
        raise NotFound
    with unit_of_work() as session:
        skip_steps(session, [Step(wanted)] if wanted else Step)
        note(session, "first steps.skipped", f"step {wanted}" if wanted else "all steps")
    if wanted:
        return onward(Step(wanted))
    flash(gettext("The first steps are put away. You find them under Team, Set-up."), "success")
    return redirect(url_for("admin.dashboard"))


def url_of(step: Step) -> str:
    """The page of a step."""
    return url_for(f"admin.start_{step.name.lower()}")


def onward(step: Step) -> ResponseReturnValue:
    """To the next step that is open, or to all of them at the end."""
    following = guide(current_session(), after=step).following
    return redirect(following.url if following else url_for("admin.start"))


def step_page(step: Step, form: Form | None = None, **shown: Any) -> tuple[str, int]:
    """The page of a step, with the way through all of them."""
    page = render_template(
        f"admin/start_{step.name.lower()}.html",
        guide=guide(current_session()),
        step=step,
        form=form,
        **shown,
    )
    return page, 422 if form and form.errors else 200
