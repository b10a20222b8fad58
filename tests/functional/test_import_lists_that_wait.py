"""Lists that wait to be imported: who leaves meanwhile, what is killed, what goes when."""

from pathlib import Path

import pytest
from flask import Flask

from subscriptions.core.clock import now
from subscriptions.core.errors import Conflict
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.privacy.retention.running import run_retention
from subscriptions.transfer.importing import ahead, passes, receiving
from subscriptions.transfer.importing.working import work
from tests.support.applications import Visitor
from tests.support.backups import back_up, restore
from tests.support.held import held
from tests.support.imports import addresses, begin, csv_of, go_on_with, plan_of, row_of, run, upload
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, sizes, subscribe

BOB, NOISE = "bob@example.org", "noise@example.org"


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    subscribe(app, client, NOISE)


def test_whoever_leaves_while_a_file_waits_does_not_come_back_by_it(
    app: Flask, client: Visitor
) -> None:
    """MG3."""
    subscribe(app, client)
    reference = upload(app, csv_of("name,email", f"Ada,{ADA.upper()}", f"Bob,{BOB}"))
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    assert held(app, ADA) == []
    begin(app, reference, plan_of({"email": 1}))
    with app.app_context():
        work()
    assert row_of(app, reference)["totals"] == {"taken": 1, "erased_meanwhile": 1}
    assert addresses(app) == [NOISE, BOB]


def test_the_file_goes_with_its_last_row(app: Flask) -> None:
    run(app, csv_of("email", ADA))
    assert "import_pieces" not in sizes(app)


def test_nobody_is_added_to_a_newsletter_that_has_closed(app: Flask) -> None:
    reference = upload(app, csv_of("email", BOB))
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, "news")
    with pytest.raises(Conflict):
        begin(app, reference, plan_of())


def test_an_import_goes_on_where_it_was_killed_with_no_row_twice_and_none_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    monkeypatch.setattr(receiving, "PIECE", 3)
    monkeypatch.setattr(ahead, "PIECE", 3)
    reference = upload(app, csv_of("email", *(f"{n}@example.org" for n in range(8))))
    begin(app, reference, plan_of())
    with monkeypatch.context() as broken:
        broken.setattr(passes, "delete_piece", _killed)
        with pytest.raises(KeyboardInterrupt):
            go_on_with(app, reference)
    assert addresses(app) == [NOISE]  # the batch and the cursor are one transaction
    go_on_with(app, reference)
    assert row_of(app, reference)["cursor"] == 0  # still leased by the one that was killed
    clock.advance(seconds=30)
    go_on_with(app, reference)
    assert row_of(app, reference)["totals"] == {"taken": 8}
    assert addresses(app) == [NOISE, *(f"{n}@example.org" for n in range(8))]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_file_and_what_was_left_out_of_it_go_by_their_clause(
    app: Flask, clock: FrozenClock
) -> None:
    """MM7."""
    run(app, csv_of("email", "nobody"))
    reference = upload(app, csv_of("email", ADA))
    clock.advance(days=6, hours=23, minutes=59)
    assert _purge(app) == 0
    assert held(app, ADA)
    clock.advance(minutes=1)
    assert _purge(app) == 3
    assert held(app, ADA) == []
    assert row_of(app, reference)["state"] == "expired"
    assert "import_pieces" not in sizes(app)


def _purge(app: Flask) -> int:
    with app.app_context():
        return run_retention(now())["import-file"]


def test_a_restored_backup_goes_on_with_no_import(app: Flask, tmp_path: Path) -> None:
    reference = upload(app, csv_of("email", ADA))
    begin(app, reference, plan_of())
    backup = back_up(app, tmp_path / "assent.tar")
    with app.app_context():
        work()
    restore(app, backup)
    assert row_of(app, reference)["state"] == "cancelled"
    assert (held(app, ADA), addresses(app)) == ([], [NOISE])
