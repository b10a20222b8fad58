"""Exports: who took out what, of which subscriptions, and what is kept of the file for a while.

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(length=320), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("cursor", BIG_ID, nullable=False),
        sa.Column("final_id", BIG_ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=22), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_exports_newsletter_id_newsletters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("reference", name=op.f("uq_exports_reference")),
    )
    op.create_index(op.f("ix_exports_newsletter_id"), "exports", ["newsletter_id"])
    op.create_index(op.f("ix_exports_recorded_at"), "exports", ["recorded_at"])
    _create_pieces()
    _create_contents()


def _create_pieces() -> None:
    op.create_table(
        "export_pieces",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("export_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_id", BIG_ID, nullable=False),
        sa.Column("last_id", BIG_ID, nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["exports.id"],
            name=op.f("fk_export_pieces_export_id_exports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_pieces")),
        sa.UniqueConstraint("export_id", "number", name=op.f("uq_export_pieces_export_id_number")),
    )


def _create_contents() -> None:
    op.create_table(
        "export_contents",
        sa.Column("piece_id", BIG_ID, nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=False),
        sa.Column("first_id", BIG_ID, nullable=False),
        sa.Column("last_id", BIG_ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["piece_id"],
            ["export_pieces.id"],
            name=op.f("fk_export_contents_piece_id_export_pieces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("piece_id", name=op.f("pk_export_contents")),
    )
    op.create_index(
        op.f("ix_export_contents_newsletter_id_last_id"),
        "export_contents",
        ["newsletter_id", "last_id"],
    )
    op.create_index(op.f("ix_export_contents_recorded_at"), "export_contents", ["recorded_at"])


def downgrade() -> None:
    op.drop_table("export_contents")
    op.drop_table("export_pieces")
    op.drop_table("exports")
