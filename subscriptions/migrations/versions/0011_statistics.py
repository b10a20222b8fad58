"""How long confirmations take, snapshots of what there is, and jobs that failed.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("number", BIG_ID, nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_snapshots_newsletter_id_newsletters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("day", "newsletter_id", "kind", "name", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "job_failures",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_failures")),
    )
    _set_aside()
    _create_counts([sa.Column("took", sa.SmallInteger(), nullable=False)])
    op.execute(
        "INSERT INTO daily_counts (day, newsletter_id, event, took, shard, count) "
        "SELECT day, newsletter_id, event, 0, shard, count FROM counts_before"
    )
    op.drop_table("counts_before")


def downgrade() -> None:
    _set_aside()
    _create_counts([])
    op.execute(
        "INSERT INTO daily_counts (day, newsletter_id, event, shard, count) "
        "SELECT day, newsletter_id, event, shard, sum(count) FROM counts_before "
        "GROUP BY day, newsletter_id, event, shard"
    )
    op.drop_table("counts_before")
    op.drop_table("job_failures")
    op.drop_table("snapshots")


def _set_aside() -> None:
    op.rename_table("daily_counts", "counts_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_daily_counts RENAME TO pk_counts_before")


def _create_counts(more: list[sa.Column[int]]) -> None:
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("newsletter_id", BIG_ID, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        *more,
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("count", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_daily_counts_newsletter_id_newsletters"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "day",
            "newsletter_id",
            "event",
            *(column.name for column in more),
            "shard",
            name=op.f("pk_daily_counts"),
        ),
    )
