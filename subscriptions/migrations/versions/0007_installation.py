"""The identity of an installation, and the mark of a copy that must not serve yet.

Revision: 0007, after 0006
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "installations",
        sa.Column("lineage", sa.String(length=22), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("lineage", name=op.f("pk_installations")),
    )
    op.bulk_insert(table, [{"lineage": secrets.token_urlsafe(16), "copied_at": None}])


def downgrade() -> None:
    op.drop_table("installations")
