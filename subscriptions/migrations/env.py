"""Alembic's environment: the application's own engine, plain types in the scripts."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

from subscriptions.core.db import UtcDateTime
from subscriptions.core.sqlite import WRITER

migrate = current_app.extensions["migrate"]


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our column types as SQLAlchemy's own: a migration must not import the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_migrations() -> None:
    """Run them in one write transaction, or in that of the connection that was given."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    engine = migrate.db.engine
    with engine.connect().execution_options(**{WRITER: True}) as connection:
        run_on(connection)


def run_on(connection: Connection) -> None:
    """Run them on this connection; a transaction that it is in already is left open."""
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        **{
            name: value
            for name, value in migrate.configure_args.items()
            if name not in {"render_as_batch", "compare_type"}
        },
    )
    with context.begin_transaction():
        context.run_migrations()


run_migrations()
