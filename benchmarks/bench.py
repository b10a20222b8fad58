"""The parts of the bench, and what they add up to."""

import os
from pathlib import Path

from benchmarks.admin import Page, measure_admin
from benchmarks.exporting import ExportFigures, measure_export
from benchmarks.floor import measure_ceiling, measure_floor
from benchmarks.importing import Imported, measure_import
from benchmarks.load import Result
from benchmarks.memory import Memory
from benchmarks.peers.peer import FREELETTER, NEWSLETTER, Peer, PeerBench, PeerFigures
from benchmarks.postgres import postgres
from benchmarks.purging import Purged, measure_purge
from benchmarks.report import (
    console,
    export_table,
    import_table,
    memory_table,
    pages_table,
    purge_table,
    requests_table,
    targets_table,
)
from benchmarks.rounds import OPERATIONS, Compared, Rounds, maker
from benchmarks.scale import Scale
from benchmarks.scratch import say
from benchmarks.seed import Crowd
from benchmarks.servers import compare, sign_up_files, table
from benchmarks.service import Service
from benchmarks.sink import Sink
from benchmarks.targets import (
    Target,
    admin_targets,
    answers,
    beside_peer,
    export_targets,
    import_targets,
    purge_targets,
    steady,
)

PARTS = ("floor", "ceiling", "peers", "sqlite", "postgresql", "export", "import", "purge", "admin")


class Bench:
    """One run: measures its parts in turn, then prints what was found."""

    def __init__(self, scratch: Path, sink: Sink, scale: Scale) -> None:
        """Nothing has been measured yet."""
        self._scratch, self._sink, self._scale = scratch, sink, scale
        self._requests: list[tuple[str, str, Result]] = []
        self._memory: list[tuple[str, Memory]] = []
        self._compared: dict[str, Compared] = {}
        self._peer: PeerFigures | None = None
        self._export: ExportFigures | None = None
        self._imports: list[Imported] = []
        self._purges: list[Purged] = []
        self._filled: Service | None = None
        self._pages: list[Page] = []

    def run(self, parts: list[str]) -> None:
        """Measures the parts and prints the tables."""
        measures = {
            "floor": self._floor,
            "ceiling": self._ceiling,
            "peers": self._peers,
            "sqlite": self._sqlite,
            "postgresql": self._postgresql,
            "export": self._exporting,
            "import": self._importing,
            "purge": self._purging,
            "admin": self._admin,
        }
        for part in PARTS:
            if part in parts:
                measures[part]()
        self._print()

    def _floor(self) -> None:
        say("floor: a constant on the same server")
        result = measure_floor(self._scratch, self._scale)
        self._requests.append(("floor", "a constant", result))

    def _ceiling(self) -> None:
        say("ceiling: the rows of a sign-up and nothing else")
        service = Service(self._scratch / "ceiling", self._sink)
        result = measure_ceiling(service, self._scale)
        self._requests.append(("ceiling", "sign-up's rows", result))

    def _peers(self) -> None:
        self._peer = self._one_peer(NEWSLETTER)
        self._one_peer(FREELETTER)

    def _one_peer(self, peer: Peer) -> PeerFigures | None:
        say(f"peer: {peer.package} {peer.version}")
        figures = PeerBench(peer, self._scratch, self._sink, self._scale).measure()
        if figures is None:
            say(f"left out: {peer.package} needs Python 3.{peer.python_minor}")
            return None
        self._requests.append((figures.name, "sign-up", figures.sign_up))
        self._requests.append((figures.name, "unsubscribe", figures.unsubscribe))
        self._memory.append((figures.name, figures.memory))
        return figures

    def _sqlite(self) -> None:
        make = maker(self._scratch, self._sink, "sqlite", lambda _: "")
        rounds = Rounds(make, self._scale, lambda text: say(f"SQLite: {text}"))
        self._keep("SQLite", rounds.measure())
        self._filled = rounds.large

    def _postgresql(self) -> None:
        with postgres(self._scratch) as server:
            make = maker(self._scratch, self._sink, "postgresql", server.database)
            rounds = Rounds(make, self._scale, lambda text: say(f"PostgreSQL: {text}"))
            self._keep("PostgreSQL", rounds.measure())

    def _keep(self, store: str, compared: Compared) -> None:
        self._compared[store] = compared
        sizes = ((self._scale.few, compared.few), (self._scale.many, compared.many))
        for size, figures in sizes:
            who = f"Assent {store} {size:,}"
            self._requests += [(who, name, figures.result(name)) for name in OPERATIONS]
            self._memory.append((who, figures.memory))

    def _exporting(self) -> None:
        say(f"export of {self._scale.many:,} subscribers")
        make = maker(self._scratch, self._sink, "export", lambda _: "")
        if self._filled is None:
            self._filled = make("many")
            self._filled.prepare(Crowd(self._scale.many, rounds=1, per_load=0))
        self._export = measure_export(self._filled, make("few"), self._scale)

    def _importing(self) -> None:
        with postgres(self._scratch) as server:
            for store, url in (("SQLite", ""), ("PostgreSQL", server.database("imports"))):
                service = Service(self._scratch / f"import-{store}", self._sink, url)
                service.prepare(Crowd(self._scale.few, rounds=1, per_load=0))
                for rows in (self._scale.few, self._scale.imported):
                    say(f"{store}: import of {rows:,} people")
                    self._imports.append(measure_import(service, store, rows))

    def _purging(self) -> None:
        with postgres(self._scratch) as server:
            for store, url in (("SQLite", ""), ("PostgreSQL", server.database("purge"))):
                say(f"{store}: purge of {self._scale.expired:,} expired sign-ups")
                service = Service(self._scratch / f"purge-{store}", self._sink, url)
                purged = measure_purge(service, store, self._scale)
                self._purges.append(purged)
                for when, result in (("quiet", purged.quiet), ("beside the purge", purged.busy)):
                    self._requests.append((f"Assent {store}", f"sign-up, {when}", result))

    def _admin(self) -> None:
        """Last of all: it fills both databases anew, with years of counts and a long trail."""
        many = Crowd(self._scale.many, rounds=1, per_load=0)
        with postgres(self._scratch) as server:
            for store, url in (("SQLite", ""), ("PostgreSQL", server.database("admin"))):
                say(f"admin: {store}, {self._scale.many:,} subscribers")
                service = Service(self._scratch / f"admin-{store}", self._sink, url)
                service.prepare(many)
                self._pages += measure_admin(service, store, self._scale.many)

    def _print(self) -> None:
        if self._requests:
            console.print(requests_table(self._requests))
        if self._memory:
            console.print(memory_table(self._memory))
        if self._export:
            console.print(export_table(self._export))
        if self._imports:
            console.print(import_table(self._imports))
        if self._purges:
            console.print(purge_table(self._purges))
        if self._pages:
            console.print(pages_table(self._pages))
        if targets := self._targets():
            console.print(targets_table(targets))

    def _targets(self) -> list[Target]:
        targets: list[Target] = []
        for store, compared in self._compared.items():
            if self._peer:
                targets += beside_peer(store, compared, self._peer)
            targets += [*steady(store, compared), *answers(store, compared)]
        if self._export:
            targets += export_targets(self._export)
        for few, many in zip(self._imports[::2], self._imports[1::2], strict=True):
            targets += import_targets(few, many)
        for purged in self._purges:
            targets += purge_targets(purged)
        targets += admin_targets(self._pages)
        return targets


def compare_servers(scratch: Path, sink: Sink) -> None:
    """Sign-ups on the real application behind each candidate server, the worker running."""
    service = Service(scratch / "servers", sink)
    service.prepare(Crowd(1_000, rounds=1, per_load=0))
    loads = sign_up_files(scratch, "/forms/news", "&consent=y")
    with service.working():
        trials = list(compare("app:app", {**os.environ, **service.env}, loads, 303, scratch))
    console.print(table("sign-ups on the real application, SQLite", trials))
