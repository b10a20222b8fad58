"""Consent receipts, to be downloaded, and the keys to check them with."""

import json

from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from subscriptions.core.errors import Gone
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session
from subscriptions.privacy.receipts.issuing import RECEIPT_WITHIN, issue_receipt
from subscriptions.privacy.receipts.keys import KEYS_PATH, as_key_set, public_keys
from subscriptions.subscribers.queries import find_subscription
from subscriptions.subscribers.states import Status
from subscriptions.web.public.blueprint import blueprint
from subscriptions.web.tokens import read_token

KEYS_LAST = 300  # seconds that a cache may keep the keys


@blueprint.get("/receipt/<token>")
def receipt(token: str) -> ResponseReturnValue:
    """The signed receipt, as a file. Changes nothing, and nothing of it is kept here."""
    reference = read_token(Purpose.RECEIPT, token, RECEIPT_WITHIN)
    view = find_subscription(current_session(), reference)
    if view is None or view.status != Status.ACTIVE:
        raise Gone
    text = json.dumps(issue_receipt(current_session(), view), indent=2, ensure_ascii=False)
    answer = Response(text + "\n", mimetype="application/json")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="consent-receipt-{view.newsletter_slug}.json"'
    )
    return answer


@blueprint.get(KEYS_PATH)
def receipt_keys() -> ResponseReturnValue:
    """The public keys, newest first."""
    answer = jsonify(as_key_set(public_keys()))
    answer.mimetype = "application/jwk-set+json"
    answer.cache_control.public = True
    answer.cache_control.max_age = KEYS_LAST
    return answer
