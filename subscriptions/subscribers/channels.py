"""Consent to be reached in other ways than mail, given and withdrawn behind a manage link.

Mail needs nothing here: that consent is the subscription itself.
"""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy.orm import Session

from subscriptions.core.words import gettext
from subscriptions.subscribers.consent import Evidence
from subscriptions.subscribers.own_data import OwnSubscription
from subscriptions.subscribers.permissions import choose


class Channel(StrEnum):
    """A way to reach somebody beside mail."""

    TELEPHONE = "telephone"
    POST = "post"


# Without what it needs, there is nothing to agree to.
NEEDS = {Channel.TELEPHONE: "phone", Channel.POST: "postal_address"}


def can_be_reached(own: OwnSubscription, channel: Channel) -> bool:
    """Whether we hold what the channel needs."""
    return bool(own.profile.get(NEEDS[channel]))


def wording(channel: Channel, newsletter: str) -> str:
    """What somebody agrees to, in the language of the page."""
    if channel is Channel.TELEPHONE:
        return gettext(
            "Yes, you may call me about “%(newsletter)s” at the number that I gave. I can "
            "withdraw this consent at any time with a link to manage my data.",
            newsletter=newsletter,
        )
    return gettext(
        "Yes, you may write to me by post about “%(newsletter)s” at the address that I gave. I "
        "can withdraw this consent at any time with a link to manage my data.",
        newsletter=newsletter,
    )


def choose_channels(
    session: Session,
    own: OwnSubscription,
    offered: Collection[Channel],
    chosen: Collection[Channel],
    evidence: Evidence,
) -> bool:
    """Give and withdraw consent so that of those offered the chosen ones remain.

    Each change is recorded with its wording. Returns whether there was any.
    """
    changed = False
    for channel in sorted(offered):
        given = channel in chosen and (channel in own.permissions or can_be_reached(own, channel))
        words = wording(channel, own.newsletter_name)
        changed |= choose(session, own.id, channel.value, words, evidence, given=given)
    return changed
