"""The audit trail is sealed, and knows which newsletter an entry is about.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = {"newsletter": 60, "key_id": 8, "seal": 64}
SEARCHED = ("operator_id", "action", "newsletter")


def upgrade() -> None:
    for name, length in COLUMNS.items():
        op.add_column("audit_entries", sa.Column(name, sa.String(length=length), nullable=True))
    for name in SEARCHED:
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", [name])


def downgrade() -> None:
    for name in SEARCHED:
        op.drop_index(f"ix_audit_entries_{name}", "audit_entries")
    for name in COLUMNS:
        op.drop_column("audit_entries", name)
