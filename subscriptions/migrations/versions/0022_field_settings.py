"""How each form asks for its fields.

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("field_settings", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("signup_forms", column)


def downgrade() -> None:
    op.drop_column("signup_forms", "field_settings")
