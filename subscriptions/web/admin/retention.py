"""Retention: each clause in words and figures, and a look ahead, also under another policy.

What is shown is about everybody, so it needs a role in all newsletters. An address is typed, and
never part of a URL.
"""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import CombinedMultiDict

from subscriptions.core import clock
from subscriptions.core.addresses import mask
from subscriptions.core.transactions import current_session
from subscriptions.operators.roles import Role
from subscriptions.privacy.policy import Clause, current_policy
from subscriptions.privacy.policy.in_words import kept_in_words
from subscriptions.privacy.retention.comparison import Line, side_by_side
from subscriptions.privacy.retention.ledger import Record, Run, records, runs_of
from subscriptions.privacy.retention.preview import overdue, preview_address, would_go
from subscriptions.web.admin.access import Rule, access, must_be
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.inputs import AddressInput, posted
from subscriptions.web.admin.retention_inputs import LookAheadInput

MOST = 20_000  # of one step; counting on would keep the page waiting


@dataclass(frozen=True, slots=True)
class Kept:
    """How a clause of the policy in force is kept. ``record`` is None if it never ran."""

    clause: Clause
    record: Record | None
    today: Run
    overdue: int


@blueprint.get("/retention")
@access(Rule.SIGNED_IN)
def retention() -> ResponseReturnValue:
    """The clauses in force, and what goes within the next month."""
    must_be(Role.VIEWER, None)
    return _page()


@blueprint.post("/retention")
@access(Rule.SIGNED_IN)
def look_ahead() -> ResponseReturnValue:
    """What goes by a day, and what would go under another policy. Keeps nothing of a file."""
    must_be(Role.VIEWER, None)
    form = LookAheadInput(CombinedMultiDict([request.files, request.form]))
    form.offer()
    if not form.validate():
        return _page(failed=form), 422
    return _page(form)


@blueprint.post("/retention/person")
@access(Rule.SIGNED_IN)
def what_goes_when() -> ResponseReturnValue:
    """What of one person goes when. A POST, so that the address is in no URL."""
    must_be(Role.VIEWER, None)
    form = AddressInput(posted())
    if not form.validate():
        return _page(person=form, failed=form), 422
    fates = preview_address(current_session(), current_policy(), form.address.key)
    return _page(looked_up=mask(form.address.display), fates=fates)


def _page(
    form: LookAheadInput | None = None,
    *,
    failed: LookAheadInput | AddressInput | None = None,
    person: AddressInput | None = None,
    **more: Any,
) -> str:
    ahead = form or _fresh()
    return render_template(
        "admin/retention.html",
        kept=_kept(),
        lines=_lines(ahead),
        day=ahead.as_of.data,
        other=ahead.other_name() if ahead.other else "",
        asks_first=ahead.asks_first(),
        form=failed if isinstance(failed, LookAheadInput) else ahead,
        person=person or AddressInput(),
        failed=failed,
        most=MOST,
        in_words=kept_in_words,
        **more,
    )


def _fresh() -> LookAheadInput:
    form = LookAheadInput()
    form.offer()
    return form


def _kept() -> list[Kept]:
    session, now = current_session(), clock.now()
    known, today = records(session), runs_of(session, now.date())
    return [
        Kept(late.clause, known.get(late.clause.id), today.get(late.clause.id, Run()), late.rows)
        for late in overdue(session, current_policy(), now, MOST + 1)
    ]


def _lines(form: LookAheadInput) -> list[Line]:
    session, as_of, other = current_session(), form.moment(), form.other
    ours = would_go(session, current_policy(), as_of, MOST + 1)
    return side_by_side(ours, would_go(session, other, as_of, MOST + 1) if other else [])
