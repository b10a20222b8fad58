"""A revision of each newsletter, which tells a remembered form from a newer one.

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("revision", sa.Integer(), nullable=False, server_default="0")
    op.add_column("newsletters", column)


def downgrade() -> None:
    op.drop_column("newsletters", "revision")
