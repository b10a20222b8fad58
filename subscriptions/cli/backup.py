"""``flask backup`` and ``flask restore``."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import Progress

from subscriptions.cli.output import plain_errors
from subscriptions.config import Settings
from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.transfer.backup.cleaning import Cleaned
from subscriptions.transfer.backup.files import Tell
from subscriptions.transfer.backup.making import make_backup, make_journal_backup
from subscriptions.transfer.backup.restoring import finish, restore

FILE = click.Path(path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace FILE if there is one.")
@click.option(
    "--journal-only",
    is_flag=True,
    help="Only the journal of erasures: small, names nobody, for `restore --journal`.",
)
@with_appcontext
def backup_command(file: Path, force: bool, journal_only: bool) -> None:
    """Write a consistent copy of the store into FILE, while the service runs."""
    make = make_journal_backup if journal_only else make_backup
    with plain_errors(), _telling() as tell:
        if not journal_only:
            _note()
        manifest = make(_settings(), file.absolute(), tell, force=force)
    size = sum(member.size for member in manifest.members)
    click.echo(f"Written to {file}: {size:,} bytes of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")


@click.command("restore")
@click.argument("file", type=EXISTING, required=False)
@click.option("--journal", type=EXISTING, help="A journal of erasures that was kept elsewhere.")
@click.option(
    "--without-journal",
    is_flag=True,
    help="Accept that people who left since the backup was made may be back.",
)
@click.option(
    "--finish",
    "finishing",
    is_flag=True,
    help="Go on after a break, or with a copy that was put in place by hand.",
)
@with_appcontext
def restore_command(
    file: Path | None, journal: Path | None, without_journal: bool, finishing: bool
) -> None:
    """Replace the store by the backup FILE, and erase again whoever has left since."""
    if finishing is (file is not None):
        raise click.UsageError("give either FILE or --finish")
    with plain_errors(on_copy=True), _telling() as tell:
        if file:
            _report(restore(_settings(), file, journal, tell, accept=without_journal))
        else:
            _report(finish(_settings(), journal, tell, accept=without_journal))


def _note() -> None:
    """Note the backup in the audit trail, before anything leaves."""
    with unit_of_work() as session:
        record(session, COMMAND_LINE, "backup.made", "installation")


def _report(cleaned: Cleaned | None) -> None:
    if cleaned is None:
        click.echo("The store is no unfinished copy: nothing to finish.")
        return
    click.echo(
        f"Restored. Subscriptions erased again: {cleaned.erased}. Rows of the journal carried "
        f"over: {cleaned.carried}. Suppressions carried over: {cleaned.suppressed}."
    )
    if cleaned.lost:
        click.echo(
            f"Suppressions of newsletters that the backup doesn't have: {cleaned.lost}", err=True
        )


@contextmanager
def _telling() -> Iterator[Tell]:
    """Progress on a terminal; a killed command tidies up behind itself."""
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
            task = bars.add_task("")
            yield lambda what, done, total: bars.update(
                task, description=what, completed=done, total=total
            )
    finally:
        signal.signal(signal.SIGTERM, before)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["assent_settings"]
    return settings
