"""Counters for rate limits, kept in the database so that all processes count together.

Keys hold a keyed hash of the client's address, never the address, and rows go when they expire.
"""

import time
from typing import Any

from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, Float, Integer, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import Base
from subscriptions.core.statements import upsert
from subscriptions.core.transactions import STORE_FAILURES, current_session, unit_of_work

SCHEME = "assent"


class RateLimit(Base):
    """How often a key was counted in its present window."""

    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    hits: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[float] = mapped_column(Float, index=True)


class DatabaseStorage(Storage):
    """Fixed-window counters; needs an application context."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (the base class types it as a plain attribute)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What the store raises when it is gone."""
        return STORE_FAILURES

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more under ``key`` and return the count in the present window."""
        now = time.time()
        with unit_of_work() as session:
            session.execute(delete(RateLimit).where(RateLimit.expires_at <= now))
            insert: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
            statement = insert.insert(RateLimit).values(
                key=key, hits=amount, expires_at=now + expiry
            )
            return int(
                session.execute(
                    statement.on_conflict_do_update(
                        index_elements=["key"], set_={"hits": RateLimit.hits + amount}
                    ).returning(RateLimit.hits)
                ).scalar_one()
            )

    def get(self, key: str) -> int:
        """The count in the present window."""
        return current_session().scalar(self._live(RateLimit.hits, key)) or 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds of the epoch; now if there is none."""
        return current_session().scalar(self._live(RateLimit.expires_at, key)) or time.time()

    def check(self) -> bool:
        """Whether the store answers."""
        current_session().execute(select(1))
        return True

    def reset(self) -> int:
        """Forget all counters."""
        with unit_of_work() as session:
            return len(session.execute(delete(RateLimit).returning(RateLimit.key)).all())

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with unit_of_work() as session:
            session.execute(delete(RateLimit).where(RateLimit.key == key))

    @staticmethod
    def _live(column: Any, key: str) -> Any:
        return select(column).where(RateLimit.key == key, RateLimit.expires_at > time.time())


TALLY = upsert(
    RateLimit,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "hits": RateLimit.hits + 1,
            "expires_at": insert.excluded.expires_at,
        },
    ),
)


def tally(connection: Connection, key: str, seconds: int) -> None:
    """Count one more under ``key`` in the caller's transaction, for so long; it names nobody."""
    TALLY.run(connection, {"key": key, "hits": 1, "expires_at": time.time() + seconds})


# Asked by the views that need it: nothing runs on a request that has no limit.
limiter = FixedWindowRateLimiter(DatabaseStorage())
