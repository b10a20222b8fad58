"""Which policy was in force when, and that the processes of one service are under the same one."""

import json
import sqlite3
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import psutil
from flask import Flask

from subscriptions.cli.preparing import prepare
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.privacy.policy.loading import AcceptedPolicy, accept
from subscriptions.privacy.versions import in_force_since, note_version
from tests.support.fixtures.services import MakeService
from tests.support.service import Service
from tests.support.time_travel import START, FrozenClock
from tests.support.visits import rows_of
from tests.support.waiting import wait_until

TEXT = (files("subscriptions.privacy") / "policies" / "default.toml").read_text()
MENDED = TEXT.replace("With the organisation", "In one room with the organisation")
NEWER = (
    TEXT.replace('version = "2026-11-24"', 'version = "2027-02-01"')
    + '\n[[change]]\ndate = "2027-02-01"\nwhat = "Records are kept for less time."\n'
)
FAULTY = TEXT.replace('keep = "P7D"', 'keep = "P7D"\ncolour = "red"', 1)
FAULTY_LINE = FAULTY[: FAULTY.index("colour")].count("\n") + 1


def _note(app: Flask, text: str, clock: FrozenClock) -> None:
    with app.app_context(), unit_of_work() as session:
        note_version(session, accept("policy.toml", text), clock.now)


def test_a_start_notes_the_policy_once(app: Flask, clock: FrozenClock) -> None:
    with app.app_context():
        prepare()
    clock.advance(days=3)
    with app.app_context():
        prepare()
    [row] = rows_of(app, "policy_versions")
    accepted: AcceptedPolicy = app.extensions["assent_accepted_policy"]
    assert (row["sha256"], row["text"]) == (accepted.fingerprint, TEXT)
    assert (row["version"], row["in_force_since"]) == ("2026-11-24", START)


def test_a_version_is_in_force_since_its_first_text(app: Flask, clock: FrozenClock) -> None:
    for text in (TEXT, MENDED, NEWER, TEXT):
        _note(app, text, clock)
        clock.advance(days=1)
    with app.app_context():
        since = in_force_since(current_session())
    assert since == {"2026-11-24": START, "2027-02-01": START + timedelta(days=2)}
    assert len(rows_of(app, "policy_versions")) == 3


def _children(service: Service) -> tuple[psutil.Process, list[psutil.Process]]:
    """The worker, and the web processes."""
    children = psutil.Process(service.pid).children(recursive=True)
    [worker] = [child for child in children if "worker" in child.cmdline()]
    return worker, [child for child in children if child != worker]


def _replaced(service: Service, old: set[int]) -> Callable[[], bool]:
    """Whether as many children run as before, none of them with these ids."""

    def look() -> bool:
        now = {child.pid for child in psutil.Process(service.pid).children(recursive=True)}
        return len(now) == 3 and not now & old

    return look


def _refusals(service: Service) -> list[str]:
    lines = [json.loads(line) for line in service.log.splitlines() if line.startswith("{")]
    return [line["event"] for line in lines if "stays in force" in line["event"]]


def test_a_faulty_file_changes_nothing_in_a_running_service_and_stops_the_next_start(
    make_service: MakeService, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(MENDED)
    service = make_service(ASSENT_POLICY=str(path))
    service.start()
    path.write_text(FAULTY)
    worker, [web, _other] = _children(service)
    for process in (worker, web):
        process.kill()
    wait_until("worker and web process in place of them", _replaced(service, {worker.pid, web.pid}))
    fault = f"policy {path}:{FAULTY_LINE}: clause unconfirmed: colour: this key is not known"
    wait_until("word of both", lambda: len(_refusals(service)) == 2)
    assert set(_refusals(service)) == {f"{fault}; the old policy stays in force"}
    for _ in range(8):  # both web processes answer
        with urllib.request.urlopen(f"{service.url}/privacy.json", timeout=10) as answer:
            assert json.load(answer)["location"].startswith("In one room")
    service.stop()
    again = service.flask("serve")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.splitlines() == [f"Error: {fault}"]
    with closing(sqlite3.connect(service.data_dir / "assent.sqlite")) as store:
        assert store.execute("SELECT text FROM policy_versions").fetchall() == [(MENDED,)]
