"""Words of a newsletter's own in its confirmation mail, and its welcome mail.

Revision: 0033, after 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("confirmation_texts", "welcome_mails"):
        texts = sa.Column(name, sa.JSON(), nullable=False, server_default="{}")
        op.add_column("newsletters", texts)
    op.add_column(
        "newsletters",
        sa.Column("welcomes", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    for name in ("welcomes", "welcome_mails", "confirmation_texts"):
        op.drop_column("newsletters", name)
