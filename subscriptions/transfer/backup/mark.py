"""Whether the store is a copy that must not serve yet.

Asked on a connection of its own, which is closed at once: a service asks before it forks, and a
command before it knows that there is a store.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import NullPool, create_engine, inspect, make_url, select, update
from sqlalchemy.orm import Session

from subscriptions.core.statements import table_of
from subscriptions.transfer.backup.models import Installation

INSTALLATIONS = table_of(Installation)
WHAT_TO_DO = """\
This store is a restored backup, and may still hold people who have been erased since it was made.
Until the journal of erasures has been replayed, every page answers 503 and no mail is sent.
Run: flask --app app restore --finish
"""


def copied_at(database_url: str) -> datetime | None:
    """When the backup was made that the store is an unfinished copy of; None if it is none.

    A store without tables is none. Raises SQLAlchemy's errors if the store can't be read.
    """
    file = make_url(database_url).database or ""
    on_sqlite = database_url.startswith("sqlite")
    if on_sqlite and not Path(file).exists():
        return None
    options = {} if on_sqlite else {"connect_timeout": 5}
    engine = create_engine(database_url, poolclass=NullPool, connect_args=options)
    with engine.connect() as connection:
        if not inspect(connection).has_table(INSTALLATIONS.name):
            return None
        made: datetime | None = connection.scalar(select(INSTALLATIONS.c.copied_at))
        return made


def remove_mark(session: Session) -> None:
    """Let the store serve."""
    session.execute(update(INSTALLATIONS).values(copied_at=None))
