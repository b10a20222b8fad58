"""The privacy page, made from the policy in force."""

from datetime import date

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from subscriptions.core.words import gettext
from subscriptions.privacy.policy import Clause, current_policy
from subscriptions.privacy.policy.in_words import action_in_words, kept_in_words
from subscriptions.privacy.retention.ledger import last_runs
from subscriptions.web.locale import current_settings
from subscriptions.web.public.blueprint import blueprint


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """The notice for people."""
    policy = current_policy()
    runs = last_runs()
    return render_template(
        "public/privacy.html",
        clauses=[
            _shown(clause) | {"last_run_text": _ran(clause, runs)} for clause in policy.clauses
        ],
        recipients=[],
        rights=_rights(),
        authority="",
        dpo="",
        location="",
        version_date=policy.version,
    )


@blueprint.get("/privacy.json")
def privacy_json() -> ResponseReturnValue:
    """The notice for machines: the clauses as they are executed."""
    policy = current_policy()
    runs = last_runs()
    settings = current_settings()
    clauses = [
        clause.model_dump(mode="json")
        | {"last_run": runs[clause.id].isoformat() if clause.id in runs else None}
        for clause in policy.clauses
    ]
    return jsonify(
        controller=settings.organisation,
        contact=settings.privacy_contact,
        version=policy.version,
        recording=policy.recording.model_dump(mode="json"),
        clauses=clauses,
    )


def _shown(clause: Clause) -> dict[str, str]:
    return {
        "title": clause.title,
        "what": clause.title,
        "purpose": clause.purpose,
        "basis": clause.basis,
        "keep_text": kept_in_words(clause),
        "action_text": action_in_words(clause),
    }


def _ran(clause: Clause, runs: dict[str, date]) -> str:
    if clause.at_once:
        return gettext("Runs with every unsubscribe")
    return str(format_date(runs[clause.id])) if clause.id in runs else gettext("Not yet")


def _rights() -> list[str]:
    return [
        gettext("See and change what you receive, with the link in every mail (Article 7(3))."),
        gettext("Unsubscribe with one click; your data is erased at once (Articles 7(3) and 17)."),
        gettext(
            "See everything we hold, correct it, take it with you, restrict its use, object, or "
            "have it erased: by yourself, with a link that we mail you (Articles 15 to 21)."
        ),
        gettext("Complain to a supervisory authority (Article 77)."),
    ]
