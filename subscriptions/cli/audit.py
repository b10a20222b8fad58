"""``flask audit``: whether the trail is as it was written."""

import click
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core.transactions import current_session
from subscriptions.operators.verifying import verify_trail

audit = AppGroup("audit", help="The trail of what operators did.")


@audit.command()
def verify() -> None:
    """Check the seal of every entry; exit 1 at the first that does not fit."""
    with plain_errors():
        found = verify_trail(current_session())
    if found.unsealed:
        click.echo(
            f"{found.unsealed} entries are older than the seals: nothing can be said of them."
        )
    if found.broken is not None:
        after = f"after {found.sealed} that fit"
        raise click.ClickException(f"entry {found.broken}, {after}: {found.why}")
    click.echo(
        f"{found.sealed} entries are as they were written, and none between them is missing."
    )
    if found.last_id is not None:
        click.echo(f"The last one is {found.last_id}, its seal {found.last_seal}")
