"""Passkeys of operators.

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HANDLE = "fs_webauthn_user_handle"


def upgrade() -> None:
    with op.batch_alter_table("operators") as operators:
        operators.add_column(sa.Column(HANDLE, sa.String(length=64), nullable=True))
        operators.create_unique_constraint(op.f(f"uq_operators_{HANDLE}"), [HANDLE])
    op.create_table(
        "passkeys",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("operator_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=10), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.UnicodeText(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"],
            ["operators.id"],
            name=op.f("fk_passkeys_operator_id_operators"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("operator_id", "name", name=op.f("uq_passkeys_operator_id_name")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )


def downgrade() -> None:
    op.drop_table("passkeys")
    with op.batch_alter_table("operators") as operators:
        operators.drop_constraint(op.f(f"uq_operators_{HANDLE}"), type_="unique")
        operators.drop_column(HANDLE)
