"""Plain words for the names under which data is held."""

from flask_babel.speaklater import LazyString

from subscriptions.core.words import lazy_gettext as _
from subscriptions.newsletters.fields import PROFILE_FIELDS

LABELS: dict[str, LazyString] = {
    **{name: field.label for name, field in PROFILE_FIELDS.items()},
    "address": _("E-mail address"),
    "asked_at": _("Asked on"),
    "channel": _("Agreed to"),
    "client_address": _("Network you came from"),
    "confirmed_at": _("Confirmed on"),
    "context": _("What it says"),
    "created_at": _("Recorded on"),
    "dead_at": _("Given up on"),
    "closed_at": _("Closed on"),
    "ended_at": _("Ended on"),
    "frequency": _("How often"),
    "given_at": _("Agreed on"),
    "last_contact_at": _("Last contact on"),
    "locale": _("Language"),
    "mail_at": _("Mail to confirm sent on"),
    "message": _("What you wrote"),
    "newsletter": _("Newsletter"),
    "paused_until": _("Paused until"),
    "reason": _("Reason"),
    "received_at": _("Received on"),
    "recipient": _("To"),
    "reference": _("Random number"),
    "requested_at": _("Signed up on"),
    "restricted_at": _("Restricted since"),
    "source": _("By way of"),
    "status": _("Status"),
    "step": _("Step"),
    "at": _("When"),
    "template": _("Kind of mail"),
    "told_at": _("We were told on"),
    "topics": _("Topics"),
    "user_agent": _("Browser"),
    "wiped_at": _("Text taken away on"),
    "wording": _("What you agreed to"),
}
VALUES: dict[tuple[str, str], LazyString] = {
    ("status", "pending"): _("waits for your confirmation"),
    ("status", "active"): _("confirmed"),
    ("frequency", "every"): _("every issue"),
    ("frequency", "weekly"): _("at most once a week"),
    ("frequency", "monthly"): _("at most once a month"),
    ("step", "requested"): _("you signed up"),
    ("step", "confirmed"): _("you confirmed"),
    ("step", "address"): _("you confirmed another address"),
    ("step", "given"): _("you agreed"),
    ("step", "withdrawn"): _("you withdrew this"),
    ("channel", "telephone"): _("telephone"),
    ("channel", "post"): _("post"),
    ("channel", "tracking"): _("we may count what you open and click"),
}
