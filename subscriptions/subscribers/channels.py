"""Consent to be reached in other ways than mail, given and withdrawn behind a manage link.

Mail needs nothing here: that consent is the subscription itself.
"""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from subscriptions.core import clock
from subscriptions.core.words import gettext
from subscriptions.newsletters.operations import keep_wording
from subscriptions.subscribers.consent import GIVEN, WITHDRAWN, Evidence, record_consent
from subscriptions.subscribers.own_data import OwnSubscription
from subscriptions.subscribers.rights_models import ChannelConsent


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
    wanted = {channel for channel in chosen if channel in offered}
    before = {Channel(channel) for channel in own.channels}
    given = {channel for channel in wanted - before if can_be_reached(own, channel)}
    withdrawn = (before - wanted).intersection(offered)
    for channel in sorted(given):
        values = {"subscription_id": own.id, "channel": channel.value, "given_at": clock.now()}
        session.execute(insert(ChannelConsent).values(values))
        _record(session, own, channel, GIVEN, evidence)
    for channel in sorted(withdrawn):
        session.execute(
            delete(ChannelConsent).where(
                ChannelConsent.subscription_id == own.id, ChannelConsent.channel == channel.value
            )
        )
        _record(session, own, channel, WITHDRAWN, evidence)
    return bool(given or withdrawn)


def _record(
    session: Session, own: OwnSubscription, channel: Channel, step: str, evidence: Evidence
) -> None:
    words = keep_wording(session, wording(channel, own.newsletter_name))
    record_consent(session.connection(), own.id, step, words.hash, [], evidence)
