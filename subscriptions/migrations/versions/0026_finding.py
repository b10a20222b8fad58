"""Finding people: by how their address or name begins on both databases, and by topic in order.

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEYS = ("subscribers", "enquiries", "data_requests")  # tables with an address_key
TOPICS, NAMES = "subscription_topics", "ix_profiles_name_key"


def upgrade() -> None:
    _order_by("C")
    name_key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    # SQLite adds a column only if it need not be stored: its index holds it.
    lowered = sa.Computed("lower(name)", persisted=op.get_bind().dialect.name == "postgresql")
    op.add_column("profiles", sa.Column("name_key", name_key, lowered))
    named = sa.text("name_key IS NOT NULL")
    op.create_index(
        op.f(NAMES), "profiles", ["name_key"], sqlite_where=named, postgresql_where=named
    )
    op.drop_index(op.f("ix_subscription_topics_topic_id"), TOPICS)
    both = ["topic_id", "subscription_id"]
    op.create_index(op.f("ix_subscription_topics_topic_id_subscription_id"), TOPICS, both)


def downgrade() -> None:
    op.drop_index(op.f("ix_subscription_topics_topic_id_subscription_id"), TOPICS)
    op.create_index(op.f("ix_subscription_topics_topic_id"), TOPICS, ["topic_id"])
    op.drop_index(op.f(NAMES), "profiles")
    op.drop_column("profiles", "name_key")
    _order_by("default")


def _order_by(collation: str) -> None:
    """SQLite compares bytes as it is."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in KEYS:
        op.execute(
            f'ALTER TABLE {table} ALTER COLUMN address_key TYPE varchar(320) COLLATE "{collation}"'
        )
