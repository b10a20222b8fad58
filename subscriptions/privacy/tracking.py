"""Whether opens and clicks of somebody may be counted. Whatever counts must ask here first."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from subscriptions.privacy.policy import current_policy
from subscriptions.subscribers.models import Subscription
from subscriptions.subscribers.rights_models import ChannelConsent
from subscriptions.subscribers.states import Status
from subscriptions.subscribers.tracking import TRACKING


def tracking_allowed(session: Session, subscription_id: int, *, browser_objects: bool) -> bool:
    """No, unless the policy in force lets people be asked and this one has said yes.

    ``browser_objects`` is whether the request that would be counted says ``DNT: 1`` or
    ``Sec-GPC: 1``; where a mail is composed there is no request, and it is False. Nothing is
    counted of a subscription that is restricted (GDPR Article 18) or not active.
    """
    if browser_objects or not current_policy().tracking.may_be_asked:
        return False
    said_yes = exists().where(
        Subscription.id == subscription_id,
        Subscription.status == Status.ACTIVE.value,
        Subscription.restricted_at.is_(None),
        ChannelConsent.subscription_id == Subscription.id,
        ChannelConsent.channel == TRACKING,
    )
    return bool(session.scalar(select(said_yes)))
