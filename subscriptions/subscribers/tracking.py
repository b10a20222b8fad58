"""Permission to count what somebody opens and clicks: a consent of its own, off until given."""

from subscriptions.core.words import gettext

TRACKING = "tracking"


def wording(newsletter: str) -> str:
    """What somebody agrees to, in the language of the page."""
    return gettext(
        "Yes, you may count which mails of “%(newsletter)s” I open and which links in them I "
        "click. I can withdraw this permission at any time where I gave it.",
        newsletter=newsletter,
    )
