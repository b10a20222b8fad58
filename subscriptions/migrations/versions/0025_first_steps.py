"""The identity that an owner stores, and the steps of the guided first run.

Who had operators before needs no guide: their steps count as skipped.

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STEPS = ("organisation", "sender", "policy", "newsletter", "form", "test-mail")


def upgrade() -> None:
    op.create_table(
        "stored_identity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("postal_address", sa.String(500), nullable=False),
        sa.Column("privacy_contact", sa.String(320), nullable=False),
        sa.Column("mail_from", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_identity")),
    )
    op.create_table(
        "first_steps",
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_first_steps")),
    )
    for step in STEPS:
        op.execute(
            "INSERT INTO first_steps (step, skipped, at) "  # noqa: S608 (our own word)
            f"SELECT '{step}', TRUE, CURRENT_TIMESTAMP FROM operators LIMIT 1"
        )


def downgrade() -> None:
    op.drop_table("first_steps")
    op.drop_table("stored_identity")
