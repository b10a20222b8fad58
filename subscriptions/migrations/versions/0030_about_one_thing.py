"""The entries of the audit trail about one thing are found by an index.

Revision: 0030, after 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEX = "ix_audit_entries_object"


def upgrade() -> None:
    op.create_index(op.f(INDEX), "audit_entries", ["object"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), "audit_entries")
