"""The privacy page, made from the policy in force."""

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from subscriptions.core.transactions import current_session
from subscriptions.core.words import gettext
from subscriptions.privacy.notice import Notice, notice_in_force
from subscriptions.privacy.notice.document import document_of
from subscriptions.privacy.notice.in_words import (
    answers_in_words,
    channels_in_words,
    recorded_of_the_client,
    tracking_in_words,
)
from subscriptions.privacy.policy import Clause
from subscriptions.privacy.policy.in_words import action_in_words, kept_in_words, policy_words
from subscriptions.web.public.blueprint import blueprint
from subscriptions.web.sessions import COOKIES


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """The notice for people."""
    notice = notice_in_force(current_session())
    return render_template(
        "public/privacy.html",
        notice=notice,
        rows=[_row(notice, clause) for clause in notice.policy.clauses],
        recorded=recorded_of_the_client(notice.policy),
        tracking=tracking_in_words(notice.policy),
        channels=channels_in_words(notice.policy),
        answers=answers_in_words(notice.policy),
        cookies=COOKIES,
    )


@blueprint.get("/privacy.json")
def privacy_json() -> ResponseReturnValue:
    """The same facts for machines."""
    return jsonify(document_of(notice_in_force(current_session())))


def _row(notice: Notice, clause: Clause) -> dict[str, str]:
    return {
        "what": policy_words(clause.title),
        "why": policy_words(clause.purpose),
        "basis": policy_words(clause.basis),
        "kept": kept_in_words(clause),
        "then": action_in_words(clause),
        "ran": _ran(notice, clause),
    }


def _ran(notice: Notice, clause: Clause) -> str:
    if clause.at_once:
        return gettext("With every unsubscribe")
    day = notice.last_runs.get(clause.id)
    return str(format_date(day)) if day else gettext("Not yet")
