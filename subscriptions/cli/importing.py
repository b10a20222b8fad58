"""``flask import``: subscribers in, from a CSV or XLSX file."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from subscriptions.cli.output import plain_errors
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.newsletters.models import Newsletter
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.subscribers.import_models import Import, ImportState
from subscriptions.transfer.importing.columns import TITLES, suggest
from subscriptions.transfer.importing.leftovers import forget_rows
from subscriptions.transfer.importing.outcomes import Outcome
from subscriptions.transfer.importing.pieces import names_of
from subscriptions.transfer.importing.planning import (
    cancel_import,
    check_plan,
    go_to_work,
    locked_import,
    run_import,
)
from subscriptions.transfer.importing.plans import (
    MOST_PER_MINUTE,
    PER_MINUTE,
    How,
    Mode,
    Plan,
)
from subscriptions.transfer.importing.queries import import_of, usual_wording
from subscriptions.transfer.importing.receiving import receive
from subscriptions.transfer.importing.reports import judge, left_out_csv
from subscriptions.transfer.importing.working import go_on

import_group = AppGroup("import", help="Import subscribers.")


@import_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--newsletter", "slug", required=True, metavar="SLUG", help="Which newsletter.")
@click.option("--invite", is_flag=True, help="Mail each a confirmation link; the worker does it.")
@click.option(
    "--consented",
    "how",
    type=click.Choice([how.value for how in How]),
    help="They have agreed elsewhere, in this way: active at once.",
)
@click.option("--evidence", default="", help="Where the proof of that is; kept with each person.")
@click.option("--consented-on", type=click.DateTime(["%Y-%m-%d"]), help="When, if no column says.")
@click.option("--wording", help="What they agree to. Default: the wording of the first form.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="WHAT=COLUMN",
    help=f"A column by name, or by number from 1. WHAT: {', '.join(TITLES)}. Default: by name.",
)
@click.option(
    "--per-minute",
    type=click.IntRange(1, MOST_PER_MINUTE),
    default=PER_MINUTE,
    show_default=True,
    help="Invitations at the most.",
)
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; do nothing.")
@click.option(
    "--left-out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the rows that were left out, with the reasons, as CSV.",
)
def subscribers(
    file: Path, slug: str, dry_run: bool, left_out: Path | None, **options: Any
) -> None:
    """Import subscribers from FILE: CSV or XLSX, with --invite or --consented HOW."""
    if options["invite"] == (options["how"] is not None):
        raise click.UsageError("say either --invite or --consented HOW")
    with plain_errors():
        newsletter = newsletter_by_slug(current_session(), slug)
        newsletter_id, wording = newsletter.id, usual_wording(newsletter)
        current_session().commit()
        with file.open("rb") as content:
            reference = receive(content, newsletter_id)
        try:
            plan = _plan(newsletter_id, reference, wording, options)
            _carry_out(newsletter_id, reference, plan, dry_run=dry_run)
        except BaseException:
            _give_up(newsletter_id, reference)
            raise
        if left_out and not dry_run:
            _write(newsletter_id, reference, left_out)


def _plan(newsletter_id: int, reference: str, wording: str, options: dict[str, Any]) -> Plan:
    session = current_session()
    names = names_of(session, import_of(session, newsletter_id, reference).id)
    session.commit()
    chosen = dict(_column(text, names) for text in options["columns"])
    day: datetime | None = options["consented_on"]
    return Plan(
        mode=Mode.INVITE if options["invite"] else Mode.CONSENTED,
        columns={k: v for k, v in suggest(names).items() if v not in chosen.values()} | chosen,
        wording=options["wording"] or wording,
        how=How(options["how"]) if options["how"] else None,
        evidence=options["evidence"],
        consented_on=date(day.year, day.month, day.day) if day else None,
        per_minute=options["per_minute"],
    )


def _column(text: str, names: list[str]) -> tuple[str, int]:
    what, _, column = text.partition("=")
    if column in names:
        return what, names.index(column)
    if column.isdecimal() and int(column) > 0:
        return what, int(column) - 1
    raise click.ClickException(f"the file has no column {column!r}: it has {', '.join(names)}")


def _carry_out(newsletter_id: int, reference: str, plan: Plan, *, dry_run: bool) -> None:
    if dry_run:
        _judge(newsletter_id, reference, plan)
        return
    with unit_of_work() as session:
        found = locked_import(session, newsletter_id, reference)
        run_import(session, found, plan)
        _note(session, found, plan)
    if plan.mode is Mode.INVITE:
        go_to_work()
        click.echo(f"Import {reference} has begun; the worker invites {plan.per_minute} a minute.")
    else:
        _run(newsletter_id, reference)


def _note(session: Session, found: Import, plan: Plan) -> None:
    newsletter = session.get_one(Newsletter, found.newsletter_id)
    record(
        session,
        COMMAND_LINE,
        "import.started",
        f"import {found.reference}",
        newsletter=newsletter.slug,
        rows=found.rows,
        mode=plan.mode.value,
        how=plan.how.value if plan.how else None,
    )


def _judge(newsletter_id: int, reference: str, plan: Plan) -> None:
    session = current_session()
    found = import_of(session, newsletter_id, reference)
    check_plan(session, found, plan)
    totals: dict[Outcome, int] = {}
    for each in judge(session, found, plan):
        totals[each.outcome] = totals.get(each.outcome, 0) + 1
        click.echo(f"{each.row}\t{each.outcome}\t{each.address}")
    _say({outcome.value: number for outcome, number in totals.items()})
    _give_up(newsletter_id, reference)


def _run(newsletter_id: int, reference: str) -> None:
    found = import_of(current_session(), newsletter_id, reference)
    import_id, rows = found.id, found.rows
    current_session().commit()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Importing", total=rows)
        go_on(import_id, lambda done: progress.update(task, completed=done))
    found = import_of(current_session(), newsletter_id, reference)
    _say(found.totals)
    if found.state != ImportState.DONE:
        click.echo("The worker goes on with it.", err=True)


def _say(totals: dict[str, int]) -> None:
    for outcome, number in sorted(totals.items(), key=lambda each: -each[1]):
        click.echo(f"{outcome}: {number}", err=True)


def _write(newsletter_id: int, reference: str, path: Path) -> None:
    session = current_session()
    with path.open("wb") as file:
        file.writelines(left_out_csv(session, import_of(session, newsletter_id, reference)))


def _give_up(newsletter_id: int, reference: str) -> None:
    """Nothing of the file stays when it was refused, or only looked at."""
    with unit_of_work() as session:
        found = locked_import(session, newsletter_id, reference)
        import_id = found.id
        if found.state != ImportState.WAITING:
            return
        cancel_import(session, found)
    forget_rows(import_id)
