"""Indexes on what is rare and was counted by looking at everything: so it is counted at once.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_subscriptions_asked_again", "subscriptions", "asked_again_at"),
    ("ix_outbox_messages_dead", "outbox_messages", "dead_at"),
)


def upgrade() -> None:
    for name, table, column in INDEXES:
        rare = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, [column], sqlite_where=rare, postgresql_where=rare)


def downgrade() -> None:
    for name, table, _column in reversed(INDEXES):
        op.drop_index(name, table)
