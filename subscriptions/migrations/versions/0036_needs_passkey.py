"""Accounts of operators that the password alone does not open.

Revision: 0036, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    needs: sa.Column[bool] = sa.Column(
        "needs_passkey", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("operators", needs)


def downgrade() -> None:
    op.drop_column("operators", "needs_passkey")
