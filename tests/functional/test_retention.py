"""The clauses of the policy, executed to the second."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.core import batches
from subscriptions.core.clock import now
from subscriptions.core.log_moving import LOG_MOVER
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.retention import running
from subscriptions.privacy.retention.ledger import overdue_clauses
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.operators import desk_of, make_operator
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    link_to,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

NOISE = "noise@example.org"
PROFILE = {"name": "Augusta Lovelace", "company": "Analytical Engines"}


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, NOISE, name="Noise")


def _purge(app: Flask) -> dict[str, int]:
    """Execute the clauses; return what each one erased, if anything."""
    with app.app_context():
        erased = running.run_retention(now())
        return {clause: number for clause, number in erased.items() if number}


def _people(app: Flask) -> list[str]:
    return [row["address"] for row in rows_of(app, "subscribers")]


def test_an_unconfirmed_sign_up_goes_after_exactly_seven_days(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    sign_up(client, **PROFILE)
    clock.advance(days=6, hours=23, minutes=59, seconds=59)
    assert _purge(app) == {}
    assert held(app, ADA, *PROFILE.values())
    clock.advance(seconds=1)
    assert _purge(app) == {"unconfirmed": 1}
    assert held(app, ADA, *PROFILE.values()) == []
    assert _people(app) == [NOISE]


def test_a_confirmation_on_the_last_day_is_in_time(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    sign_up(client)
    confirm = link_to(app, Purpose.CONFIRM)
    clock.advance(days=6, hours=23)
    assert client.post(confirm).status_code == 200
    clock.advance(days=1)
    assert _purge(app) == {}
    assert _people(app) == [NOISE, ADA]


def test_signing_up_again_begins_the_seven_days_anew(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    sign_up(client)
    clock.advance(days=5)
    sign_up(client)
    clock.advance(days=5)
    assert _purge(app) == {}
    clock.advance(days=2)
    assert _purge(app) == {"unconfirmed": 1}


def test_confirmed_people_stay_for_years(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    subscribe(app, client, **PROFILE)
    clock.advance(days=3000)
    assert set(_purge(app)) == {"counters"}
    assert _people(app) == [NOISE, ADA]


def test_an_unconfirmed_second_subscription_leaves_the_first_alone(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    subscribe(app, client, form="news", name="Augusta Lovelace")
    sign_up(client, form="tips", company="Analytical Engines")
    clock.advance(days=7)
    assert _purge(app) == {"unconfirmed": 1}
    assert held(app, "Analytical Engines") == []
    assert held(app, ADA, "Augusta Lovelace")
    assert client.get(link_to(app, Purpose.PREFERENCES)).status_code == 200


def test_however_many_there_are_all_of_them_go(
    app: Flask, client: Visitor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST_BATCH", 2)
    for number in range(5):
        sign_up(client, f"nobody{number}@example.org")
    clock.advance(days=7)
    assert _purge(app) == {"unconfirmed": 5}
    assert _people(app) == [NOISE]


def test_a_dead_letter_is_kept_thirty_days(
    app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer
) -> None:
    subscribe(app, client)
    run_jobs(app)
    smtp.refuse(ADA)
    clock.advance(minutes=10)
    sign_up(client)
    run_jobs(app)
    [letter] = rows_of(app, "outbox_messages")
    assert letter["dead_at"] == clock.now
    clock.advance(days=29, hours=23, minutes=59)
    assert _purge(app) == {}
    clock.advance(minutes=1)
    assert _purge(app) == {"mail": 1}
    assert rows_of(app, "outbox_messages") == []
    assert _people(app) == [NOISE, ADA]


def test_mail_that_is_not_given_up_is_not_purged(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    subscribe(app, client)
    clock.advance(days=40)
    before = rows_of(app, "outbox_messages")
    assert before
    _purge(app)
    assert rows_of(app, "outbox_messages") == before


def test_the_journal_is_kept_four_hundred_days(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    subscribe(app, client)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    clock.advance(days=399)
    assert _purge(app) == {}
    assert rows_of(app, "erased_references")
    clock.advance(days=1)
    assert _purge(app) == {"journal": 1}
    assert rows_of(app, "erased_references") == []


def test_the_counters_are_kept_twelve_hundred_days(app: Flask, clock: FrozenClock) -> None:
    counted = len(rows_of(app, "daily_counts"))
    clock.advance(days=1199)
    assert _purge(app) == {}
    clock.advance(days=1)
    assert _purge(app) == {"counters": counted}


def test_the_ledger_says_for_each_day_when_each_clause_ran_and_what_it_came_to(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    for address in ("one@example.org", "two@example.org"):
        sign_up(client, address)
        clock.advance(days=7)
        _purge(app)
        _purge(app)
    published = client.get("/privacy.json").get_json()["clauses"]
    assert {row["clause"] for row in rows_of(app, "clause_runs")} == {c["id"] for c in published}
    unconfirmed = [row for row in rows_of(app, "clause_runs") if row["clause"] == "unconfirmed"]
    assert [row["ran_at"] for row in unconfirmed] == [clock.now - timedelta(days=7), clock.now]
    for row in unconfirmed:
        assert (row["runs"], row["looked_at"], row["erased"], row["overdue"]) == (2, 1, 1, 0)
    assert {clause["last_run"] for clause in published} == {clock.now.date().isoformat()}


def test_a_job_that_stands_still_shows(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    _purge(app)
    sign_up(client)
    clock.advance(days=1)
    with app.app_context():
        assert overdue_clauses(current_session(), current_policy(), clock.now) == []
        clock.advance(seconds=1)
        late = overdue_clauses(current_session(), current_policy(), clock.now)
        assert "unconfirmed" in late
    _purge(app)
    with app.app_context():
        assert overdue_clauses(current_session(), current_policy(), clock.now) == []


def test_the_command_runs_the_clauses_now_or_as_of_another_day(
    app: Flask, client: Visitor, clock: FrozenClock, runner: FlaskCliRunner
) -> None:
    sign_up(client)
    result = runner.invoke(args=["retention", "run"])
    assert (result.exit_code, "unconfirmed\t0 erased" in result.stdout) == (0, True)
    later = (clock.now + timedelta(days=8)).date().isoformat()
    result = runner.invoke(args=["retention", "run", "--as-of", later])
    assert (result.exit_code, "unconfirmed\t1 erased" in result.stdout) == (0, True)
    assert _people(app) == [NOISE]


def test_a_day_that_is_none_is_bad_usage(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["retention", "run", "--as-of", "tomorrow"])
    assert result.exit_code == 2
    assert "tomorrow" in result.stderr


def test_operators_and_the_metrics_are_told_of_data_that_is_held_too_long(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    _purge(app)
    assert 'assent_clause_overdue{clause="unconfirmed"} 0.0' in client.get("/metrics").text
    sign_up(client)
    clock.advance(days=9)
    text = client.get("/metrics").text
    assert 'assent_clause_overdue{clause="unconfirmed"} 1.0' in text
    assert 'assent_clause_ran_timestamp_seconds{clause="unconfirmed"}' in text
    make_operator(app)
    desk = desk_of(app)
    assert "Sign-ups that were never confirmed" in desk.get("/admin/").text
    _purge(app)
    assert "held past its time" not in desk.get("/admin/").text


def test_the_batches_know_of_the_log_that_sqlite_has_and_postgresql_has_not(app: Flask) -> None:
    assert (LOG_MOVER in app.extensions) is app.extensions["assent_settings"].is_sqlite
