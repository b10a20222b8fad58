"""What people do about their own data: manage links, changes of address, channels.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MAILS = (
    ("mailed_at", sa.DateTime(timezone=True), True),
    ("mails_on", sa.Date(), True),
    ("mails", sa.SmallInteger(), False),
)


def upgrade() -> None:
    op.create_table(
        "manage_links",
        sa.Column("subscriber_id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        *(sa.Column(name, kind, nullable=empty) for name, kind, empty in MAILS),
        *_of_subscriber("manage_links"),
        sa.UniqueConstraint("reference", name=op.f("uq_manage_links_reference")),
    )
    op.create_table(
        "address_changes",
        sa.Column("subscriber_id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("address_key", sa.String(length=320), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, kind, nullable=empty) for name, kind, empty in MAILS),
        *_of_subscriber("address_changes"),
        sa.UniqueConstraint("reference", name=op.f("uq_address_changes_reference")),
    )
    op.create_index(op.f("ix_address_changes_asked_at"), "address_changes", ["asked_at"])
    op.create_table(
        "channel_consents",
        sa.Column("subscription_id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_channel_consents_subscription_id_subscriptions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscription_id", "channel", name=op.f("pk_channel_consents")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("channel_consents", "address_changes", "manage_links"):
        op.drop_table(table)


def _of_subscriber(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f(f"fk_{table}_subscriber_id_subscribers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f(f"pk_{table}")),
    )
