"""What each form says in other languages than its own.

Revision: 0034, after 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    translations = sa.Column("translations", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("signup_forms", translations)


def downgrade() -> None:
    op.drop_column("signup_forms", "translations")
