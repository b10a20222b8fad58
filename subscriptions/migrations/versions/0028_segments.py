"""Segments: filters of subscribers that are kept under a name; and by which an export was made.

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_segments_newsletter_id_newsletters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("reference", name=op.f("uq_segments_reference")),
        sa.UniqueConstraint("newsletter_id", "name", name=op.f("uq_segments_newsletter_id_name")),
    )
    op.add_column(
        "exports", sa.Column("filter", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column("exports", sa.Column("segment", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.drop_column("exports", "segment")
    op.drop_column("exports", "filter")
    op.drop_table("segments")
