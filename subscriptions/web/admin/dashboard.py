"""The overview: how the newsletters are doing, and what needs attention."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from subscriptions.core.transactions import current_session
from subscriptions.mail.outbox import count_waiting
from subscriptions.subscribers.statistics import totals_of
from subscriptions.web.admin.access import Rule, access
from subscriptions.web.admin.attention import attention
from subscriptions.web.admin.blueprint import blueprint
from subscriptions.web.admin.newsletters import visible_newsletters
from subscriptions.web.admin.spans import LABELS, Span
from subscriptions.web.admin.start import guide_for_operator
from subscriptions.web.admin.statistics import statistics_of


@blueprint.get("/")
@access(Rule.SIGNED_IN)
def dashboard() -> ResponseReturnValue:
    """The newsletters that this operator may see: charts, figures, and what needs attention."""
    session = current_session()
    newsletters = visible_newsletters()
    span = Span.named(request.args.get("span", ""))
    return render_template(
        "admin/dashboard.html",
        newsletters=newsletters,
        totals=totals_of(session, [newsletter.id for newsletter in newsletters]),
        statistics=statistics_of(session, newsletters, span),
        spans=LABELS,
        waiting=count_waiting(session),
        notices=attention(session),
        guide=guide_for_operator(session),
    )
