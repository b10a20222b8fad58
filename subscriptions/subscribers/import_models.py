"""Tables of imports: what was asked for, how far it is, and what is left of the file.

They stand in this room, below the operations, because an erasure reaches into a file that waits.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import (
    REFERENCE_LENGTH,
    Base,
    BigId,
    UtcDateTime,
    personal,
    reference_column,
)

IMPORT_FILE = "import_file"


class ImportState(StrEnum):
    """How far an import is."""

    RECEIVING = "receiving"  # being taken apart; seen again only if that was interrupted
    WAITING = "waiting"  # for somebody to say what its columns are
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # the clause was over before it was done


AT_WORK = (ImportState.CHECKING, ImportState.RUNNING)
OVER = (ImportState.DONE, ImportState.CANCELLED, ImportState.EXPIRED)


class Kind(StrEnum):
    """What a piece holds."""

    HEADER = "header"
    ROWS = "rows"
    FOUND = "found"  # rows that the dry run would leave out
    LEFT_OUT = "left_out"  # rows that the import has left out


class Import(Base):
    """One file and what becomes of it; names nobody.

    ``rows`` counts its lines of data. ``cursor`` is how many of them the present pass has done, and
    ``totals`` what that came to: both change in the transaction of the batch. ``window_at`` and
    ``window`` count the invitations of the present minute. Who works on it holds the ``lease`` and
    renews it with each batch; who is killed loses it.
    """

    __tablename__ = "imports"
    __table_args__ = (Index(None, "newsletter_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows: Mapped[int] = mapped_column(default=0)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    cursor: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    window: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportPiece(Base):
    """Some hundred rows of an uploaded file, or of those that were left out, as JSON.

    ``marks`` are short hashes of the addresses in it, one after the other, so that an erasure finds
    its rows without reading the file; they come before the content, where SQLite reaches them
    without reading it. ``revision`` counts the erasures that reached into it.
    """

    __tablename__ = "import_pieces"
    __table_args__ = (UniqueConstraint("import_id", "kind", "number"), Index(None, "recorded_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=0)
    marks: Mapped[bytes] = mapped_column(LargeBinary, default=b"", info=personal(IMPORT_FILE))
    content: Mapped[str] = mapped_column(Text, info=personal(IMPORT_FILE))
