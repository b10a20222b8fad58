"""``flask export``: subscribers out, to a file or to standard output."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import track
from sqlalchemy.orm import Session

from subscriptions.cli.output import plain_errors
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.transfer.export import stream_subscribers_csv
from subscriptions.transfer.selection import Choice, select_for_export
from subscriptions.transfer.spreadsheet import write_subscribers_xlsx

export = AppGroup("export", help="Export subscribers.")

Writer = Callable[[Session, int, BinaryIO, str | None, str | None], None]


@export.command()
@click.option("--newsletter", "slug", required=True, metavar="SLUG", help="Whose subscribers.")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), default="csv")
@click.option(
    "--status",
    type=click.Choice([choice.value for choice in Choice]),
    default=Choice.ACTIVE.value,
    help="active: those who may be mailed now (default).",
)
@click.option("--topic", metavar="SLUG", help="Only those who chose this topic.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Written whole or not at all, readable by you alone. Default: standard output.",
)
def subscribers(slug: str, kind: str, status: str, topic: str | None, output: Path | None) -> None:
    """Export a newsletter's subscribers, with their unsubscribe and preference links."""
    with plain_errors(), _destination(output) as file:
        session = current_session()
        newsletter = newsletter_by_slug(session, slug)
        select_for_export(session, newsletter.id, status, topic)  # refuse before it is noted
        _note(kind, slug, status, topic)
        WRITERS[kind](session, newsletter.id, file, status, topic)
    if output:
        click.echo(f"Exported to {output}", err=True)


def _note(kind: str, slug: str, status: str, topic: str | None) -> None:
    """Note the export in the audit trail, before anything leaves."""
    with unit_of_work() as session:
        record(
            session,
            COMMAND_LINE,
            "subscribers.exported",
            f"newsletter {slug}",
            format=kind,
            status=status,
            topic=topic,
        )


def _write_csv(
    session: Session, newsletter_id: int, file: BinaryIO, status: str | None, topic: str | None
) -> None:
    chunks = stream_subscribers_csv(session, newsletter_id, status, topic)
    console = Console(stderr=True)
    quiet = not console.is_terminal
    file.writelines(track(chunks, "Exporting", console=console, transient=True, disable=quiet))


def _write_xlsx(
    session: Session, newsletter_id: int, file: BinaryIO, status: str | None, topic: str | None
) -> None:
    folder = current_app.extensions["assent_settings"].data_dir
    write_subscribers_xlsx(session, newsletter_id, file, folder, status, topic)


WRITERS: dict[str, Writer] = {"csv": _write_csv, "xlsx": _write_xlsx}


@contextmanager
def _destination(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears under its name only once it is complete."""
    if output is None:
        yield sys.stdout.buffer
        return
    target = output.resolve()
    if target.exists() and not target.is_file():
        raise click.BadParameter("is not a regular file", param_hint="--output")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
