"""Subscriptions that have ended and are kept by a clause; engagement; a journal that says more.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIMES = ("engaged_at", "asked_again_at", "erasure_asked_at")


def upgrade() -> None:
    for name in TIMES:
        op.add_column("subscriptions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE subscriptions SET engaged_at = confirmed_at")
    op.create_index(
        "ix_subscriptions_ended",
        "subscriptions",
        ["ended_at"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.add_column(
        "erased_references",
        sa.Column("keeps", sa.String(length=10), nullable=False, server_default="nothing"),
    )


def downgrade() -> None:
    op.drop_index("ix_subscriptions_ended", "subscriptions")
    # Not in a batch: that would make the table anew, and take along what hangs on it.
    op.drop_column("erased_references", "keeps")
    for name in TIMES:
        op.drop_column("subscriptions", name)
