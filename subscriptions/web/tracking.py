"""Where a page may ask for permission to count, and what the browser says to that."""

from flask import request

from subscriptions.privacy.policy import current_policy

OBJECTIONS = ("DNT", "Sec-GPC")


def browser_objects() -> bool:
    """Whether this request asks not to be tracked (``DNT: 1`` or ``Sec-GPC: 1``)."""
    return any(request.headers.get(name, "").strip() == "1" for name in OBJECTIONS)


def may_be_asked() -> bool:
    """Whether the policy in force lets people be asked at all."""
    return current_policy().tracking.may_be_asked


def is_offered() -> bool:
    """Whether this page may ask: the policy allows it, and the browser has not answered already."""
    return may_be_asked() and not browser_objects()
