"""``flask export``: subscribers out, to a file or to standard output."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import track

from subscriptions.cli.output import plain_errors
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.subscribers.filtering import Filter
from subscriptions.subscribers.segments import filter_of, segment_named
from subscriptions.transfer.exporting.asking import (
    AT_ONCE,
    Format,
    Wanted,
    check_export,
    record_export,
)
from subscriptions.transfer.exporting.serving import Plan, file_while_reading, plan_of
from subscriptions.transfer.selection import EVERYBODY, Choice, choice_for
from subscriptions.transfer.spreadsheet import MAX_ROWS

PURPOSE = "Taken on the command line"
export = AppGroup("export", help="Export subscribers.")


@export.command()
@click.option("--newsletter", "slug", required=True, metavar="SLUG", help="Whose subscribers.")
@click.option(
    "--format", "kind", type=click.Choice([kind.value for kind in Format]), default=Format.CSV.value
)
@click.option(
    "--status",
    type=click.Choice([choice.value for choice in Choice]),
    help="active: those who may be mailed now (default, unless the segment says otherwise).",
)
@click.option("--topic", metavar="SLUG", help="Only those who chose this topic.")
@click.option("--segment", metavar="NAME", help="Only those whom a saved segment takes.")
@click.option("--purpose", default=PURPOSE, show_default=True, help="What for; kept on record.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Written whole or not at all, readable by you alone. Default: standard output.",
)
def subscribers(
    slug: str,
    kind: str,
    status: str | None,
    topic: str | None,
    segment: str | None,
    purpose: str,
    output: Path | None,
) -> None:
    """Export a newsletter's subscribers, with their unsubscribe and preference links."""
    if segment and topic:
        raise click.UsageError("Give --segment or --topic, not both.")
    with plain_errors():
        people = _segment(slug, segment) if segment else EVERYBODY
        wanted = Wanted(
            format=Format(kind),
            status=status or choice_for(people),
            topic=topic or people.topic,
            purpose=purpose,
            filter=people,
            segment=segment,
        )
        with _destination(output) as file:
            _write(file, *_begin(slug, wanted))
    if output:
        click.echo(f"Exported to {output}", err=True)


def _segment(slug: str, name: str) -> Filter:
    session = current_session()
    return filter_of(segment_named(session, newsletter_by_slug(session, slug).id, name))


def _begin(slug: str, wanted: Wanted) -> tuple[Plan, int]:
    """Put the export on record, before anything leaves; and about how many will be in it."""
    session = current_session()
    newsletter_id = newsletter_by_slug(session, slug).id
    checked = check_export(session, newsletter_id, wanted)
    with unit_of_work() as session:
        made = record_export(session, checked, COMMAND_LINE, kept=False)
        record(
            session,
            COMMAND_LINE,
            "subscribers.exported",
            f"newsletter {slug}",
            newsletter=slug,
            export=made.reference,
            format=wanted.format.value,
            status=wanted.status,
            topic=wanted.topic,
            segment=wanted.segment,
        )
    plan = plan_of(current_session(), made)
    return plan, AT_ONCE if checked.at_once else MAX_ROWS


def _write(file: BinaryIO, plan: Plan, expected: int) -> None:
    chunks = file_while_reading(plan, expected)
    console = Console(stderr=True)
    quiet = not console.is_terminal
    file.writelines(track(chunks, "Exporting", console=console, transient=True, disable=quiet))


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
