"""The timeline of one subscriber's page, in words."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from subscriptions.core.words import lazy_gettext as _
from subscriptions.operators.roles import Role
from subscriptions.privacy.requests.models import DataRequest
from subscriptions.privacy.requests.queries import requests_of
from subscriptions.subscribers.consent import (
    CONFIRMED,
    GIVEN,
    IMPORTED,
    READDRESSED,
    REQUESTED,
    WITHDRAWN,
)
from subscriptions.subscribers.listing import SubscriberRecord
from subscriptions.subscribers.timeline import Happening, What, happenings
from subscriptions.web.admin.access import current_operator
from subscriptions.web.admin.request_inputs import KINDS

REQUEST = "request"
# Also the words for the steps of the consent.
WORDS: dict[str, LazyString] = {
    REQUESTED: _("Signed up"),
    CONFIRMED: _("Confirmed"),
    IMPORTED: _("Agreed elsewhere, taken over"),
    READDRESSED: _("Another address"),
    GIVEN: _("Consent given"),
    WITHDRAWN: _("Consent withdrawn"),
    What.MAIL_SENT: _("The mail with the link to confirm went out"),
    What.MAIL_WAITS: _("A mail waits to be sent"),
    What.MAIL_FAILED: _("A mail could not be delivered"),
    What.ENGAGED: _("Last did something about it"),
    What.RESTRICTED: _("Use of the data restricted"),
    What.ASKED_AGAIN: _("Asked whether it is still wanted"),
    What.ENDED: _("Ended"),
    What.ERASURE_ASKED: _("Asked for erasure"),
    What.MANAGE_LINK: _("A link to their own data was mailed"),
    What.ADDRESS_CHANGE: _("A new address waits for its confirmation"),
    What.EXPORT: _("In an export"),
    What.OPERATOR: _("Done by an operator"),
    REQUEST: _("A request about their data"),
}


def timeline_of(session: Session, record: SubscriberRecord) -> Sequence[Happening]:
    """What is known, newest first. Requests are for owners, who alone see them elsewhere."""
    found = happenings(session, record.subscription, record.consent)
    if current_operator().may(Role.OWNER):
        found += map(_of_request, requests_of(session, record.subscription.subscriber_id))
    return sorted(found, key=lambda each: each.at, reverse=True)


def _of_request(request: DataRequest) -> Happening:
    received = datetime.combine(request.received_on, time(), UTC)
    return Happening(received, REQUEST, str(KINDS[request.kind]), reference=request.reference)
