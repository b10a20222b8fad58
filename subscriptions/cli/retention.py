"""``flask retention``: execute the clauses."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core import clock
from subscriptions.privacy.retention.running import run_retention

retention = AppGroup("retention", help="The clauses of the policy: execute them.")


@retention.command()
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Day or moment in UTC."
)
def run(as_of: datetime | None) -> None:
    """Execute every clause now, or as if it were another day."""
    moment = as_of.replace(tzinfo=UTC) if as_of else clock.now()
    with plain_errors():
        for clause, erased in run_retention(moment).items():
            click.echo(f"{clause}\t{erased} erased")
