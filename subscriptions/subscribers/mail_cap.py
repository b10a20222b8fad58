"""How often a sign-up, or an operator, may have a subscription's address mailed."""

from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, bindparam, update

from subscriptions.core import clock
from subscriptions.core.statements import table_of
from subscriptions.subscribers.models import Subscription

MAIL_GAP = timedelta(minutes=10)
MAILS_PER_DAY = 3

SUBSCRIPTIONS = table_of(Subscription)
COUNT_MAIL = (
    update(SUBSCRIPTIONS)
    .where(SUBSCRIPTIONS.c.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("mailed_at", "mails_on", "mails")})
)


class Mailed(Protocol):
    """What a subscription knows of the mails that it caused."""

    @property
    def id(self) -> int:
        """The subscription's id."""

    @property
    def mailed_at(self) -> datetime | None:
        """When the last one was promised."""

    @property
    def mails_on(self) -> date | None:
        """The day that ``mails`` counts."""

    @property
    def mails(self) -> int:
        """How many there were on that day."""


def may_mail(connection: Connection, mailed: Mailed) -> bool:
    """Whether the cap allows another mail now; if so it is counted. The row must be locked."""
    now = clock.now()
    sent_today = mailed.mails if mailed.mails_on == now.date() else 0
    if sent_today >= MAILS_PER_DAY or (mailed.mailed_at and now - mailed.mailed_at < MAIL_GAP):
        return False
    counted = {"new_mailed_at": now, "new_mails_on": now.date(), "new_mails": sent_today + 1}
    connection.execute(COUNT_MAIL, {"of": mailed.id, **counted})
    return True
