"""How often a sign-up, a person or an operator may have an address mailed."""

from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, update

from subscriptions.core import clock
from subscriptions.core.statements import Prepared, table_of
from subscriptions.subscribers.models import Subscription

MAIL_GAP = timedelta(minutes=10)
MAILS_PER_DAY = 3

SUBSCRIPTIONS = table_of(Subscription)
COUNT_MAIL = Prepared(
    update(SUBSCRIPTIONS)
    .where(SUBSCRIPTIONS.c.id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("mailed_at", "mails_on", "mails")})
)


class Counted(Protocol):
    """What is known of the mails that something caused."""

    @property
    def mailed_at(self) -> datetime | None:
        """When the last one was promised."""

    @property
    def mails_on(self) -> date | None:
        """The day that ``mails`` counts."""

    @property
    def mails(self) -> int | None:
        """How many there were on that day."""


class Mailed(Counted, Protocol):
    """A subscription, and what it knows of the mails that it caused."""

    @property
    def id(self) -> int:
        """The subscription's id."""


def may_mail(connection: Connection, mailed: Mailed) -> bool:
    """Whether the cap allows another mail now; if so it is counted. The row must be locked."""
    now = clock.now()
    if is_capped(mailed, now):
        return False
    counted = {f"new_{name}": value for name, value in one_more(mailed, now).items()}
    COUNT_MAIL.run(connection, {"of": mailed.id, **counted})
    return True


def is_capped(mailed: Counted, now: datetime) -> bool:
    """Whether another mail at ``now`` would be too soon, or one too many for the day."""
    if mailed.mailed_at and now - mailed.mailed_at < MAIL_GAP:
        return True
    return _sent_today(mailed, now) >= MAILS_PER_DAY


def one_more(mailed: Counted, now: datetime) -> dict[str, Any]:
    """The columns that count, with another mail at ``now``."""
    return {"mailed_at": now, "mails_on": now.date(), "mails": _sent_today(mailed, now) + 1}


def _sent_today(mailed: Counted, now: datetime) -> int:
    return mailed.mails or 0 if mailed.mails_on == now.date() else 0
