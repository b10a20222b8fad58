"""``retention preview`` and ``retention check``: what would go, and whether it went."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from tests.support.applications import Visitor
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, open_newsletter, rows_of, sign_up, subscribe


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, "noise@example.org", form="tips")


def _close(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, "news")


def test_the_preview_says_what_would_go_and_erases_nothing(
    app: Flask, client: Visitor, clock: FrozenClock, runner: FlaskCliRunner
) -> None:
    sign_up(client)
    before = rows_of(app, "subscriptions")
    day = f"{clock.now:%Y-%m}-{clock.now.day + 6}"
    assert (
        "unconfirmed\t0 would go"
        in runner.invoke(args=["retention", "preview", "--as-of", day]).stdout
    )
    later = f"{clock.now:%Y-%m}-{clock.now.day + 8}"
    assert (
        "unconfirmed\t1 would go"
        in runner.invoke(args=["retention", "preview", "--as-of", later]).stdout
    )
    assert rows_of(app, "subscriptions") == before


def test_the_preview_of_one_person_says_when(
    app: Flask, client: Visitor, clock: FrozenClock, runner: FlaskCliRunner
) -> None:
    sign_up(client)
    said = runner.invoke(args=["retention", "preview", "--address", ADA]).stdout
    assert said.startswith("unconfirmed\t")
    assert f"{clock.now.day + 7:02} " in said
    stays = runner.invoke(args=["retention", "preview", "--address", "noise@example.org"])
    assert (stays.exit_code, stays.stdout) == (0, "Nothing has a day on which it goes\n")
    nobody = runner.invoke(args=["retention", "preview", "--address", "nobody@example.org"])
    assert nobody.stdout == stays.stdout
    assert runner.invoke(args=["retention", "preview", "--address", "none"]).exit_code == 1


def test_another_policy_can_be_looked_at_before_it_is_in_force(
    app: Flask, client: Visitor, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    subscribe(app, client)
    _close(app)
    ours = runner.invoke(args=["retention", "preview"]).stdout
    other = runner.invoke(args=["retention", "preview", "--policy", "mmunic"]).stdout
    assert "closed\t0 would go" in ours
    assert "closed\t1 would go" in other
    bad = tmp_path / "bad.toml"
    bad.write_text("version = 1")
    refused = runner.invoke(args=["retention", "check", "--policy", str(bad)])
    assert refused.exit_code == 1
    assert f"policy {bad}:1: version" in refused.stderr


def test_the_check_fails_once_something_is_a_day_late(
    app: Flask, client: Visitor, clock: FrozenClock, runner: FlaskCliRunner
) -> None:
    sign_up(client)
    clock.advance(days=8, seconds=-1)
    kept = runner.invoke(args=["retention", "check"])
    assert (kept.exit_code, kept.stdout) == (0, "Every clause is kept\n")
    clock.advance(seconds=1)
    late = runner.invoke(args=["retention", "check"])
    assert late.exit_code == 1
    assert "unconfirmed\t1 overdue" in late.stderr
    assert ADA not in late.stderr
    runner.invoke(args=["retention", "run"])
    assert runner.invoke(args=["retention", "check"]).exit_code == 0
