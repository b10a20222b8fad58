"""Tables of exports: what was taken out, by whom and what for, and what is kept of the file.

They stand in this room, below the operations, because an erasure reaches into a file that is kept.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from subscriptions.core.db import (
    REFERENCE_LENGTH,
    Base,
    BigId,
    UtcDateTime,
    personal,
    reference_column,
)
from subscriptions.subscribers.segment_models import NAME_LENGTH

EXPORT_FILE = "export_file"
EXPORT_LIST = "export_list"
PURPOSE_LENGTH = 200


class ExportState(StrEnum):
    """How far an export is."""

    MAKING = "making"
    READY = "ready"  # a file is kept and can be downloaded
    HANDED_OUT = "handed_out"  # it went out while it was read; nothing is kept of it
    GONE = "gone"  # its time was over, or somebody deleted it


class Export(Base):
    """One file that left, or may; names no subscriber.

    ``status``, ``topic``, ``filter`` (:class:`.filtering.Filter`) and ``columns`` are what was
    chosen; ``segment`` is the name that this choice had. ``final_id`` is the newest
    subscription when it was asked for, and ``cursor`` the last one that it has come to: it changes
    in the transaction of the piece. A file that is ``kept`` is made by whoever holds the ``lease``.
    """

    __tablename__ = "exports"
    __table_args__ = (Index(None, "newsletter_id"), Index(None, "recorded_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = reference_column()
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletters.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    kept: Mapped[bool] = mapped_column()
    made_by: Mapped[str] = mapped_column(String(320))
    format: Mapped[str] = mapped_column(String(4))
    status: Mapped[str] = mapped_column(String(10))
    topic: Mapped[str | None] = mapped_column(String(60))
    filter: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))
    segment: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    columns: Mapped[list[str]] = mapped_column(JSON)
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH))
    rows: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(BigId, default=0)
    final_id: Mapped[int] = mapped_column(BigId)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExportPiece(Base):
    """Some hundred rows of an export: of which subscriptions, and nothing else about them.

    ``members`` are their random ids and epochs, as JSON. They outlive the file, so that whoever
    has it can be told who has left since (GDPR Article 19). All lie between the two ids.
    """

    __tablename__ = "export_pieces"
    __table_args__ = (UniqueConstraint("export_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    export_id: Mapped[int] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column()
    first_id: Mapped[int] = mapped_column(BigId)
    last_id: Mapped[int] = mapped_column(BigId)
    members: Mapped[str] = mapped_column(Text)


class ExportContent(Base):
    """What the rows of a piece say, as JSON. Gone as soon as one of its people has gone.

    The piece is then read anew from those who are still there, whenever somebody downloads it.
    """

    __tablename__ = "export_contents"
    __table_args__ = (Index(None, "newsletter_id", "last_id"), Index(None, "recorded_at"))

    piece_id: Mapped[int] = mapped_column(
        ForeignKey("export_pieces.id", ondelete="CASCADE"), primary_key=True
    )
    newsletter_id: Mapped[int] = mapped_column(BigId)
    first_id: Mapped[int] = mapped_column(BigId)
    last_id: Mapped[int] = mapped_column(BigId)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(Text, info=personal(EXPORT_FILE))
