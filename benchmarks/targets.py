"""What was promised, and whether the figures keep it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.admin import Page
from benchmarks.exporting import ExportFigures
from benchmarks.importing import Imported
from benchmarks.load import Result
from benchmarks.peers.peer import PeerFigures
from benchmarks.purging import Purged
from benchmarks.rounds import OPERATIONS, Compared

TIMES_PEER = {"SQLite": 8.0, "PostgreSQL": 4.0}
SPREAD = 4.0
COST = 1.15
SHARE = 0.25
GROWTH_MB = 50.0
PAGE_MS = 200.0
BESIDE = 2.0
IMPORTED = 20_000.0
LOCKED_MS = 100.0


@dataclass(frozen=True, slots=True)
class Target:
    """A promise and its figure: `most` tells an upper bound from a lower one."""

    promise: str
    bound: float
    figure: float
    unit: str
    most: bool

    @property
    def met(self) -> bool:
        """Whether the figure is within the bound."""
        return self.figure <= self.bound if self.most else self.figure >= self.bound


def beside_peer(store: str, compared: Compared, peer: PeerFigures) -> Iterator[Target]:
    """Sign-up and unsubscribe against django-newsletter on SQLite."""
    pairs = (("sign-up", peer.sign_up), ("unsubscribe", peer.unsubscribe))
    for operation, theirs in pairs:
        times = compared.few.result(operation).rate / theirs.rate
        promise = f"{store}: {operation}, times {peer.name}"
        yield Target(promise, TIMES_PEER[store], times, "x", most=False)


def steady(store: str, compared: Compared) -> Iterator[Target]:
    """p99 against p50 of each operation, and its cost with many subscribers against few."""
    for operation in OPERATIONS:
        few, many = compared.few.result(operation), compared.many.result(operation)
        worst = max(few.spread, many.spread)
        yield Target(f"{store}: {operation}, p99 by p50", SPREAD, worst, "x", most=True)
    for operation in OPERATIONS:
        cost = compared.few.result(operation).rate / compared.many.result(operation).rate
        promise = f"{store}: {operation}, cost with many by cost with few"
        yield Target(promise, COST, cost, "x", most=True)


def answers(store: str, compared: Compared) -> Iterator[Target]:
    """No answer but the expected one."""
    results: list[Result] = [
        figures.result(operation)
        for figures in (compared.few, compared.many)
        for operation in OPERATIONS
    ]
    wrong = sum(result.unexpected + result.broken for result in results)
    yield Target(f"{store}: answers other than expected", 0, wrong, "", most=True)


def export_targets(figures: ExportFigures) -> Iterator[Target]:
    """Rows per second against the database's own shell, and the growth of memory."""
    yield Target("export: rows/s by sqlite3 -csv's", SHARE, figures.share, "x", most=False)
    growth = figures.growth / 1e6
    yield Target("export: growth of memory", GROWTH_MB, growth, " MB", most=True)


def admin_targets(pages: Sequence[Page]) -> Iterator[Target]:
    """The slowest page of the admin on each database."""
    for who in dict.fromkeys(page.who for page in pages):
        slowest = max((page for page in pages if page.who == who), key=lambda page: page.slow)
        promise = f"{who}: slowest page of the admin ({slowest.name})"
        yield Target(promise, PAGE_MS, slowest.slow, " ms", most=True)


def import_targets(few: Imported, many: Imported) -> Iterator[Target]:
    """Rows per second, the growth of memory, and how long others had to wait on SQLite."""
    store = many.store
    yield Target(f"{store}: import, rows/s", IMPORTED, many.rate, "", most=False)
    growth = (many.peak - few.peak) / 1e6
    yield Target(f"{store}: import, growth of memory", GROWTH_MB, growth, " MB", most=True)
    if many.waited is not None:
        waited = many.waited * 1e3
        yield Target(f"{store}: import, longest lock", LOCKED_MS, waited, " ms", most=True)


def purge_targets(purged: Purged) -> Iterator[Target]:
    """How long one batch was in the way, and what that does to the slowest sign-ups."""
    store, held = purged.store, purged.held * 1e3
    yield Target(f"{store}: purge, longest batch", LOCKED_MS, held, " ms", most=True)
    promise = f"{store}: sign-up, p99 beside the purge by quiet p99"
    yield Target(promise, BESIDE, purged.busy.p99 / purged.quiet.p99, "x", most=True)
    wrong = sum(each.unexpected + each.broken for each in (purged.quiet, purged.busy))
    yield Target(f"{store}: purge, answers other than expected", 0, wrong, "", most=True)
