"""The figures as tables for the terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from benchmarks.admin import Page
from benchmarks.exporting import ExportFigures
from benchmarks.importing import Imported
from benchmarks.load import CONNECTIONS, Result
from benchmarks.memory import Memory
from benchmarks.purging import Purged
from benchmarks.targets import Target

WIDTH = 110  # when it goes to a file, which has no width of its own

console = Console()
if not console.is_terminal:
    console = Console(width=WIDTH)


def requests_table(rows: Iterable[tuple[str, str, Result]]) -> Table:
    """Who, what, and how fast."""
    table = _table(f"Requests over {CONNECTIONS} keep-alive connections", "who", "what")
    for heading in ("requests/s", "p50 ms", "p99 ms", "p99/p50", "longest ms", "wrong"):
        table.add_column(heading, justify="right")
    for who, what, result in rows:
        times = (result.p50, result.p99, result.spread, result.longest)
        wrong = _wrong(result)
        table.add_row(who, what, f"{result.rate:,.0f}", *(f"{time:.1f}" for time in times), wrong)
    return table


def _wrong(result: Result) -> str:
    """How many answers were not the expected ones; the highest status of them in brackets."""
    count = result.unexpected + result.broken
    return f"{count} ({result.last_unexpected})" if result.unexpected else str(count)


def memory_table(rows: Iterable[tuple[str, Memory]]) -> Table:
    """Peak memory of all processes of each."""
    table = _table("Peak memory of all processes under load", "who")
    table.add_column("RSS MB", justify="right")
    table.add_column("PSS MB", justify="right")
    for who, memory in rows:
        table.add_row(who, f"{memory.rss / 1e6:,.0f}", f"{memory.pss / 1e6:,.0f}")
    return table


def export_table(figures: ExportFigures) -> Table:
    """The export beside the database's own shell."""
    table = _table("Export as CSV", "who")
    for heading in ("rows", "seconds", "rows/s", "peak MB"):
        table.add_column(heading, justify="right")
    for exported in (figures.few, figures.many):
        peak = f"{exported.peak / 1e6:,.0f}"
        table.add_row("Assent", *_pace(exported.rows, exported.seconds, exported.rate), peak)
    plain = figures.plain
    table.add_row("sqlite3 -csv, no links", *_pace(plain.rows, plain.seconds, plain.rate), "")
    return table


def pages_table(pages: Iterable[Page]) -> Table:
    """Each page of the admin."""
    table = _table("Pages of the admin, one request after another", "who", "what")
    for heading in ("middle ms", "slowest but one ms"):
        table.add_column(heading, justify="right")
    for page in pages:
        table.add_row(page.who, page.name, f"{page.middle:.0f}", f"{page.slow:.0f}")
    return table


def import_table(imports: Iterable[Imported]) -> Table:
    """The imports; the lock is SQLite's."""
    table = _table("Import of people who have agreed elsewhere", "who")
    for heading in ("rows", "seconds", "rows/s", "CPU s", "peak MB", "longest lock ms"):
        table.add_column(heading, justify="right")
    for each in imports:
        waited = "" if each.waited is None else f"{each.waited * 1e3:,.0f}"
        rest = (f"{each.cpu:.2f}", f"{each.peak / 1e6:,.0f}", waited)
        table.add_row(each.store, *_pace(each.rows, each.seconds, each.rate), *rest)
    return table


def purge_table(purges: Iterable[Purged]) -> Table:
    """The purges to their end, nothing beside them."""
    table = _table("Purge of expired sign-ups", "who")
    for heading in ("rows", "seconds", "rows/s", "rows/s beside sign-ups", "longest batch ms"):
        table.add_column(heading, justify="right")
    for each in purges:
        rest = (f"{each.rate_beside:,.0f}", f"{each.held * 1e3:,.0f}")
        table.add_row(each.store, *_pace(each.rows, each.seconds, each.rate), *rest)
    return table


def _pace(rows: int, seconds: float, rate: float) -> tuple[str, str, str]:
    return f"{rows:,}", f"{seconds:.2f}", f"{rate:,.0f}"


def targets_table(targets: Iterable[Target]) -> Table:
    """Promised, measured, met or missed."""
    table = _table("Targets", "what")
    for heading in ("promised", "measured", ""):
        table.add_column(heading, justify="right")
    for target in targets:
        promised = f"{'at most' if target.most else 'at least'} {target.bound:g}{target.unit}"
        verdict = "[green]met[/]" if target.met else "[red]missed[/]"
        table.add_row(target.promise, promised, f"{target.figure:.2f}{target.unit}", verdict)
    return table


def _table(title: str, *texts: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in texts:
        table.add_column(heading, no_wrap=True)
    return table
