"""Announcements, and when a closed newsletter is over.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("newsletter_ids", sa.JSON(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("cursor", BIG_ID, nullable=False),
        sa.Column("last_id", BIG_ID, nullable=False),
        sa.Column("people", BIG_ID, nullable=True),
        sa.Column("queued", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_announcements_kind_about")),
    )
    op.create_index(
        "ix_announcements_unfinished",
        "announcements",
        ["id"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    # Never in a batch: SQLite would make the table anew, which others refer to.
    op.add_column("newsletters", sa.Column("over_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE newsletters SET over_at = closed_at")


def downgrade() -> None:
    op.drop_column("newsletters", "over_at")
    op.drop_index("ix_announcements_unfinished", "announcements")
    op.drop_table("announcements")
