"""Suppression: keyed hashes of addresses that must not be mailed.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_suppressions_newsletter_id_newsletters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint(
            "address_hash", "newsletter_id", name=op.f("uq_suppressions_address_hash_newsletter_id")
        ),
    )
    op.create_index(
        "ix_suppressions_everywhere",
        "suppressions",
        ["address_hash"],
        unique=True,
        sqlite_where=sa.text("newsletter_id IS NULL"),
        postgresql_where=sa.text("newsletter_id IS NULL"),
    )
    op.create_index(op.f("ix_suppressions_newsletter_id"), "suppressions", ["newsletter_id"])
    op.create_index(op.f("ix_suppressions_created_at"), "suppressions", ["created_at"])


def downgrade() -> None:
    op.drop_table("suppressions")
