"""What comes after a sign-up: words of thanks, or a page on one of the sites that are listed.

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linked_sites",
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_linked_sites")),
    )
    thanks = sa.Column("thanks", sa.Text(), nullable=False, server_default="")
    url = sa.Column("redirect_url", sa.String(length=500), nullable=False, server_default="")
    op.add_column("signup_forms", thanks)
    op.add_column("signup_forms", url)


def downgrade() -> None:
    op.drop_column("signup_forms", "redirect_url")
    op.drop_column("signup_forms", "thanks")
    op.drop_table("linked_sites")
