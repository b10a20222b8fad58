"""The audit trail: searched, taken along, and sealed so that tampering shows."""

import csv
import io
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, insert, update

from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.audit import COMMAND_LINE, record
from subscriptions.operators.models import AuditEntry
from subscriptions.operators.roles import Role
from tests.support.operators import OWNER, Desk, desk_of, make_operator
from tests.support.time_travel import FrozenClock
from tests.support.visits import open_newsletter, rows_of

ED = "ed@example.org"


def _write(app: Flask, *actions: str, **more: Any) -> None:
    for action in actions:
        with app.app_context(), unit_of_work() as session:
            record(session, COMMAND_LINE, action, "a thing", **more)


def _verify(runner: FlaskCliRunner) -> tuple[int, str]:
    result = runner.invoke(args=["audit", "verify"])
    return result.exit_code, result.stdout + result.stderr


def _tamper(app: Flask, statement: Any) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(statement)


def _owner(app: Flask) -> Desk:
    make_operator(app)
    return desk_of(app)


def _shown(desk: Desk, **asked: str) -> list[str]:
    page = desk.get("/admin/audit", query_string=asked).text
    cells = page.split("<tbody>")[1].split("</tr>")[:-1] if "<tbody>" in page else []
    return [row.split("<td>")[3].split("</td>")[0] for row in cells]


def test_a_trail_as_it_was_written_is_found_to_be_so(app: Flask, runner: FlaskCliRunner) -> None:
    """MP11."""
    assert _verify(runner)[0] == 0
    _write(app, "one", "two", "three", answer=42, words=["ä", None])
    code, said = _verify(runner)
    assert (code, rows_of(app, "audit_entries")[-1]["seal"] in said) == (0, True)
    assert "3 entries are as they were written" in said


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody else"},
        {"action": "nothing"},
        {"object": "another thing"},
        {"newsletter": "another"},
        {"operator_id": 7},
        {"details": {"answer": 43}},
        {"seal": None},
        {"key_id": "00000000"},
    ],
    ids=str,
)
def test_a_change_in_an_entry_shows(
    app: Flask, runner: FlaskCliRunner, change: dict[str, Any]
) -> None:
    _write(app, "one", "two", "three", answer=42)
    second = rows_of(app, "audit_entries")[1]["id"]
    _tamper(app, update(AuditEntry).where(AuditEntry.id == second).values(**change))
    code, said = _verify(runner)
    assert (code, f"entry {second}, after 1 that fit" in said) == (1, True), said


def test_an_entry_taken_out_or_put_in_shows(app: Flask, runner: FlaskCliRunner) -> None:
    _write(app, "one", "two", "three")
    first, second, third = rows_of(app, "audit_entries")
    _tamper(app, delete(AuditEntry).where(AuditEntry.id == second["id"]))
    assert f"entry {third['id']}, after 1" in _verify(runner)[1]
    _tamper(app, insert(AuditEntry).values(**{**second, "action": "forged"}))
    assert f"entry {second['id']}, after 1" in _verify(runner)[1]
    _tamper(app, delete(AuditEntry).where(AuditEntry.id == first["id"]))
    assert f"entry {second['id']}, after 0" in _verify(runner)[1]


def test_what_is_older_than_the_seals_is_counted_apart(app: Flask, runner: FlaskCliRunner) -> None:
    _write(app, "one", "two", "three")
    first, second, _third = rows_of(app, "audit_entries")
    _tamper(app, delete(AuditEntry))
    bare = {**first, "seal": None, "key_id": None}
    _tamper(app, insert(AuditEntry).values(**bare))
    _write(app, "four")
    code, said = _verify(runner)
    assert (code, "1 entries are older" in said, "1 entries are as" in said) == (0, True, True)
    _tamper(app, insert(AuditEntry).values(**{**second, "id": 10_000, "seal": None}))
    assert _verify(runner)[0] == 1


def test_what_is_rolled_back_leaves_no_entry(app: Flask, runner: FlaskCliRunner) -> None:
    with pytest.raises(TypeError):
        _write(app, "undone", what=object())
    _write(app, "done")
    assert [row["action"] for row in rows_of(app, "audit_entries")] == ["done"]
    assert _verify(runner)[0] == 0


def test_those_who_write_at_the_same_time_make_one_chain(
    app: Flask, runner: FlaskCliRunner
) -> None:
    barrier = threading.Barrier(4)

    def write() -> None:
        barrier.wait()
        for number in range(5):
            _write(app, f"number {number}")

    writers = [threading.Thread(target=write) for _ in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    code, said = _verify(runner)
    assert (code, "20 entries are as they were written" in said) == (0, True), said


def test_the_trail_is_searched_by_who_what_newsletter_and_day(
    app: Flask, clock: FrozenClock
) -> None:
    open_newsletter(app)
    ed = make_operator(app, ED, Role.EDITOR)
    make_operator(app)
    day = clock.now.date().isoformat()
    desk_of(app, ED).send("/admin/newsletters/news/topics/art/retire")
    clock.advance(days=1)
    _write(app, "export.made", newsletter="other")
    desk = desk_of(app)
    assert _shown(desk, operator=str(ed)) == ["topic.retired", "operator.set up"]
    assert _shown(desk, operator=COMMAND_LINE) == ["export.made"]
    assert _shown(desk, action="topic.") == ["topic.retired"]
    assert _shown(desk, newsletter="news") == ["topic.retired"]
    assert _shown(desk, newsletter="other") == ["export.made"]
    assert "export.made" not in _shown(desk, last=day)
    assert _shown(desk, first=(clock.now.date()).isoformat()) == ["export.made"]
    assert _shown(desk, operator="9" * 30, action="\0") == []
    assert _shown(desk, last="9999-12-31")[0] == "export.made"
    assert desk.get("/admin/audit?first=yesterday").status_code == 422


def test_the_trail_is_taken_along_as_csv_and_that_is_an_entry(app: Flask) -> None:
    desk = _owner(app)
    _write(app, "export.made", "=export.made", reason="=1+1")
    answer = desk.send("/admin/audit/export", operator=COMMAND_LINE)
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["action"] for row in rows] == ["export.made", "'=export.made"]
    assert rows[0]["details"] == '{"reason": "=1+1"}'
    sealed = {row["action"]: row["seal"] for row in rows_of(app, "audit_entries")}
    assert rows[0]["seal"] == sealed["export.made"]
    last = rows_of(app, "audit_entries")[-1]
    assert (last["actor"], last["action"]) == (OWNER, "audit.exported")
    assert last["details"] == {"asked": {"operator": COMMAND_LINE}}
    assert desk.send("/admin/audit/export", first="yesterday").status_code == 422


def test_an_entry_knows_its_newsletter(app: Flask) -> None:
    open_newsletter(app)
    desk = _owner(app)
    desk.send("/admin/newsletters/news/topics/art/retire")
    assert rows_of(app, "audit_entries")[-1]["newsletter"] == "news"
