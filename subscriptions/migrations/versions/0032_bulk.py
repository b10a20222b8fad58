"""Changes in bulk: what was asked for, how far it is, and the counts of what came of it.

Revision: 0032, after 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("act", sa.String(length=15), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=True),
        sa.Column("filter", sa.JSON(), nullable=True),
        sa.Column("members", sa.JSON(), nullable=True),
        sa.Column("newsletter_ids", sa.JSON(), nullable=True),
        sa.Column("made_by", sa.String(length=320), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("cursor", BIG_ID, nullable=False),
        sa.Column("final_id", BIG_ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=22), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_bulk_changes_newsletter_id_newsletters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_changes")),
        sa.UniqueConstraint("reference", name=op.f("uq_bulk_changes_reference")),
    )
    op.create_index(op.f("ix_bulk_changes_newsletter_id"), "bulk_changes", ["newsletter_id"])
    op.create_index(op.f("ix_bulk_changes_recorded_at"), "bulk_changes", ["recorded_at"])


def downgrade() -> None:
    op.drop_table("bulk_changes")
