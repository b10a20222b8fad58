"""The colours and the logo of each form.

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("accent", "background"):
        colour = sa.Column(name, sa.String(length=7), nullable=False, server_default="")
        op.add_column("signup_forms", colour)
    op.create_table(
        "form_logos",
        sa.Column("form_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"],
            ["signup_forms.id"],
            name=op.f("fk_form_logos_form_id_signup_forms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_form_logos")),
    )


def downgrade() -> None:
    op.drop_table("form_logos")
    op.drop_column("signup_forms", "background")
    op.drop_column("signup_forms", "accent")
