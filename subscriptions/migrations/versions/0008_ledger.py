"""The ledger of clauses, a row for each day.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.rename_table("clause_runs", "clause_runs_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_clause_runs RENAME TO pk_clause_runs_before")
    op.create_table(
        "clause_runs",
        sa.Column("clause", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("looked_at", BIG_ID, nullable=False),
        sa.Column("erased", BIG_ID, nullable=False),
        sa.Column("overdue", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("clause", "day", name=op.f("pk_clause_runs")),
    )
    op.execute(
        "INSERT INTO clause_runs (clause, day, ran_at, runs, looked_at, erased, overdue) "
        "SELECT clause, date(ran_at), ran_at, 1, erased_ever, erased_ever, 0 "
        "FROM clause_runs_before"
    )
    op.drop_table("clause_runs_before")


def downgrade() -> None:
    op.rename_table("clause_runs", "clause_runs_after")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_clause_runs RENAME TO pk_clause_runs_after")
    op.create_table(
        "clause_runs",
        sa.Column("clause", sa.String(length=60), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_last", sa.Integer(), nullable=False),
        sa.Column("erased_ever", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("clause", name=op.f("pk_clause_runs")),
    )
    op.execute(
        "INSERT INTO clause_runs (clause, ran_at, erased_last, erased_ever) "
        "SELECT clause, max(ran_at), 0, sum(erased) FROM clause_runs_after GROUP BY clause"
    )
    op.drop_table("clause_runs_after")
