"""Files that are kept: who leaves meanwhile, what is killed, what goes when, who is told."""

from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.core.clock import now
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers.by_operators import end_for, wipe_field
from subscriptions.transfer.exporting import making
from subscriptions.transfer.exporting.departures import departures_csv
from subscriptions.transfer.exporting.queries import export_of
from subscriptions.transfer.exporting.working import work
from tests.support.applications import Visitor
from tests.support.backups import back_up, restore
from tests.support.exports import keep_export, kept_addresses, kept_rows, read_csv
from tests.support.held import held
from tests.support.managing import manage_path
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    link_to,
    newsletter_id,
    open_newsletter,
    rows_of,
    sizes,
    subscribe,
)

BOB, EVE = "bob@example.org", "eve@example.org"
PEOPLE = [ADA, BOB, EVE]


@pytest.fixture(autouse=True)
def _people(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "noise")
    for person in PEOPLE:
        subscribe(app, client, person, name=f"Name of {person[:3]}")


def _departures(app: Flask, reference: str) -> bytes:
    wanted = newsletter_id(app, "news")
    with app.app_context():
        session = current_session()
        return b"".join(departures_csv(session, export_of(session, wanted, reference)))


def test_whoever_leaves_is_gone_from_the_file_at_once_and_the_others_stay(
    app: Flask, client: Visitor, runner: FlaskCliRunner
) -> None:
    """MG3, MP4."""
    reference = keep_export(app)
    before = kept_rows(app, reference)
    assert [row["email"] for row in before] == PEOPLE
    assert any("export_contents" in place for place in held(app, BOB))
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE, BOB)).status_code == 200
    assert held(app, BOB) == []
    assert runner.invoke(args=["privacy", "verify-erasure", BOB]).exit_code == 0
    assert kept_rows(app, reference) == [before[0], before[2]]


def test_whoever_has_the_file_is_told_who_has_left_by_the_links_in_it(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM11."""
    reference = keep_export(app)
    was = {row["email"]: row for row in kept_rows(app, reference)}
    assert read_csv(_departures(app, reference)) == []
    client.post(manage_path(app, client, smtp, EVE), data={"action": "restrict"})
    assert kept_addresses(app, reference) == [ADA, BOB]
    client.post(link_to(app, Purpose.UNSUBSCRIBE, BOB))
    subscribe(app, client, "later@example.org")
    subscribe(app, client, BOB)
    told = _departures(app, reference)
    assert [(row["change"], row["unsubscribe_url"]) for row in read_csv(told)] == [
        ("left", was[BOB]["unsubscribe_url"]),
        ("restricted", was[EVE]["unsubscribe_url"]),
    ]
    [first, second] = read_csv(told)
    # One that begins like a formula is defused, as every cell is.
    assert first["reference"].removeprefix("'") in was[BOB]["preferences_url"]
    assert second["preferences_url"] == was[EVE]["preferences_url"]
    assert b"@" not in told
    assert kept_addresses(app, reference) == [ADA]


def test_a_field_that_is_wiped_is_gone_from_the_file(app: Flask) -> None:
    """MC14."""
    reference = keep_export(app)
    with app.app_context(), unit_of_work() as session:
        theirs = rows_of(app, "subscriptions")[0]["reference"]
        wipe_field(session, newsletter_id(app, "news"), theirs, "name")
    assert held(app, "Name of ada") == []
    assert [row["name"] for row in kept_rows(app, reference)] == ["", "Name of bob", "Name of eve"]


def test_who_is_just_leaving_does_not_slip_into_a_file(app: Flask) -> None:
    with app.app_context():
        reference = keep_export(app, make=False)
        theirs = rows_of(app, "subscriptions")[1]["reference"]
        making_it = Thread(target=_work, args=(app,))
        with unit_of_work() as session:
            end_for(session, newsletter_id(app, "news"), theirs)
            making_it.start()
            making_it.join(0.3)  # it has come as far as it can before this is committed
        making_it.join()
    assert held(app, BOB) == []
    assert kept_addresses(app, reference) == [ADA, EVE]


def _work(app: Flask) -> None:
    with app.app_context():
        work()


def test_a_file_goes_on_where_it_was_killed_with_nobody_twice_and_none_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    monkeypatch.setattr(making, "PIECE", 1)
    reference = keep_export(app, make=False)
    with monkeypatch.context() as broken:
        broken.setattr(making, "forget_pages", _killed_at_the_second())
        with pytest.raises(KeyboardInterrupt):
            _work(app)
    assert sizes(app)["export_pieces"] == 1
    _work(app)
    assert rows_of(app, "exports")[0]["state"] == "making"  # leased by the one that was killed
    clock.advance(seconds=30)
    _work(app)
    assert kept_addresses(app, reference) == PEOPLE
    assert rows_of(app, "exports")[0]["rows"] == 3


def _killed_at_the_second() -> object:
    calls: list[object] = []

    def killed(connection: object) -> None:
        calls.append(connection)
        if len(calls) == 2:
            raise KeyboardInterrupt

    return killed


def test_the_file_and_then_its_list_go_by_their_clauses(app: Flask, clock: FrozenClock) -> None:
    """MM7."""
    reference = keep_export(app)
    clock.advance(days=6, hours=23, minutes=59)
    assert _purge(app)["export-file"] == 0
    assert kept_addresses(app, reference) == PEOPLE
    clock.advance(minutes=1)
    assert _purge(app)["export-file"] == 1
    assert "export_contents" not in sizes(app)
    assert rows_of(app, "exports")[0]["state"] == "gone"
    assert read_csv(_departures(app, reference)) == []
    clock.move_to(clock.now.replace(year=clock.now.year + 1))
    _purge(app)
    assert not {"exports", "export_pieces"} & sizes(app).keys()


def _purge(app: Flask) -> dict[str, int]:
    with app.app_context():
        return dict(run_retention(now()))


def test_a_restored_backup_has_no_files(app: Flask, tmp_path: Path) -> None:
    keep_export(app)
    backup = back_up(app, tmp_path / "assent.tar")
    restore(app, backup)
    assert rows_of(app, "exports")[0]["state"] == "gone"
    assert "export_contents" not in sizes(app)
