"""Which confirmation mail went out, beside the request that it asked about.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAMES = ("mail_reference", "mail_at", "mail_hash")


def upgrade() -> None:
    with op.batch_alter_table("consent_records") as table:
        table.add_column(sa.Column("mail_reference", sa.String(length=22), nullable=True))
        table.add_column(sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("mail_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("consent_records") as table:
        for name in reversed(NAMES):
            table.drop_column(name)
