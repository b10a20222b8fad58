"""``flask retention``: execute the clauses, look ahead, and see whether they are kept."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from flask.cli import AppGroup

from subscriptions.cli.output import plain_errors
from subscriptions.core import clock
from subscriptions.core.addresses import InvalidAddress, parse_address
from subscriptions.core.transactions import current_session
from subscriptions.privacy.policy import Policy, current_policy, load_policy
from subscriptions.privacy.retention.preview import overdue, preview_address, would_go
from subscriptions.privacy.retention.running import run_retention

retention = AppGroup("retention", help="The clauses of the policy: execute them, or look ahead.")
Command = Callable[..., Any]


def _as_of(command: Command) -> Command:
    formats = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
    return click.option("--as-of", type=formats, help="Day or moment in UTC.")(command)


def _policy(command: Command) -> Command:
    words = "Another policy than the one in force: its name, or the path of its file."
    return click.option("--policy", "name", help=words)(command)


@retention.command()
@_as_of
def run(as_of: datetime | None) -> None:
    """Execute every clause now, or as if it were another day."""
    with plain_errors():
        for clause, erased in run_retention(_moment(as_of), _progress).items():
            click.echo(f"{clause}\t{erased} erased")


@retention.command()
@_as_of
@_policy
@click.option("--address", help="Only this person.")
def preview(as_of: datetime | None, name: str | None, address: str | None) -> None:
    """Say what would go by then, and erase nothing."""
    with plain_errors():
        policy = _chosen(name)
        if address is not None:
            _of_person(policy, address)
            return
        for due in would_go(current_session(), policy, _moment(as_of)):
            click.echo(f"{due.clause.id}\t{due.rows} would go")


@retention.command()
@_policy
def check(name: str | None) -> None:
    """Say whether every clause is kept; exit 1 if something is overdue.

    With --policy: whether that policy could be run under, and what would be overdue under it.
    """
    with plain_errors():
        late = [d for d in overdue(current_session(), _chosen(name), clock.now()) if d.rows]
    for due in late:
        click.echo(f"{due.clause.id}\t{due.rows} overdue", err=True)
    if late:
        raise click.ClickException("the policy is not kept: run `flask retention run`")
    click.echo("Every clause is kept")


def _of_person(policy: Policy, text: str) -> None:
    try:
        key = parse_address(text).key
    except InvalidAddress as error:
        raise click.ClickException(str(error.message)) from None
    fates = preview_address(current_session(), policy, key)
    for fate in fates:
        click.echo(f"{fate.clause.id}\t{fate.goes_at:%Y-%m-%d %H:%M:%S} UTC")
    if not fates:
        click.echo("Nothing has a day on which it goes")


def _moment(as_of: datetime | None) -> datetime:
    return as_of.replace(tzinfo=UTC) if as_of else clock.now()


def _chosen(name: str | None) -> Policy:
    return load_policy(name) if name else current_policy()


def _progress(clause: str, erased: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{clause}: {erased}", nl=False, err=True)
