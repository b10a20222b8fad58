"""How often a sign-up, a person or an operator may have an address mailed.

Two caps hold at once: of what one subscription causes, and of what all the subscriptions of an
address cause together, so that nobody is flooded by the forms of many newsletters. Mails about a
person's own data, such as the manage link, have a cap of their own: no sign-up uses it up.
"""

from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    Date,
    Integer,
    ScalarSelect,
    bindparam,
    cast,
    func,
    select,
    update,
)

from subscriptions.core import clock
from subscriptions.core.statements import Prepared, table_of
from subscriptions.subscribers.models import Subscription

MAIL_GAP = timedelta(minutes=10)
MAILS_PER_DAY = 3
# Enough to subscribe to a handful of newsletters in one sitting, and to ask for some again.
MAILS_PER_ADDRESS = 10

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


def mails_to_person() -> ScalarSelect[int]:
    """How many mails all the subscriptions of a person caused on a day.

    For a statement with the parameters ``of_person`` and ``today``. Exact if the subscriber's row
    was locked before the statement began.
    """
    others = SUBSCRIPTIONS.alias("others")
    return (
        select(cast(func.coalesce(func.sum(others.c.mails), 0), Integer))
        .where(
            others.c.subscriber_id == bindparam("of_person"),
            others.c.mails_on == bindparam("today", type_=Date),
        )
        .scalar_subquery()
    )


MAILS_TO_PERSON = Prepared(select(mails_to_person()))


def count_mails_to(connection: Connection, subscriber_id: int) -> int:
    """How many mails all the subscriptions of a person caused today."""
    parameters = {"of_person": subscriber_id, "today": clock.now().date()}
    return int(MAILS_TO_PERSON.value(connection, parameters))


def may_mail(connection: Connection, mailed: Mailed, to_person: int) -> bool:
    """Whether the caps allow another mail now; if so it is counted.

    ``to_person`` is how many of today's the person's subscriptions caused. The rows of the person
    and of the subscription must be locked.
    """
    now = clock.now()
    if to_person >= MAILS_PER_ADDRESS or is_capped(mailed, now):
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
