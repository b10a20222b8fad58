"""``flask suppression``: add, check, lift."""

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.support.applications import Visitor
from tests.support.held import held
from tests.support.suppressions import entries
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, newsletter_id, open_newsletter, rows_of, subscribe

NOISE = "noise@example.org"


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    assert clock.now
    open_newsletter(app)
    subscribe(app, client, NOISE)


def _run(runner: FlaskCliRunner, *words: str) -> Result:
    return runner.invoke(args=["suppression", *words])


def test_adding_ends_checking_tells_lifting_forgets(
    app: Flask, client: Visitor, runner: FlaskCliRunner
) -> None:
    subscribe(app, client)
    assert _run(runner, "check", ADA).stdout == "not suppressed\n"
    added = _run(runner, "add", ADA, "--reason", "complaint")
    assert (added.exit_code, added.stderr) == (0, "")
    assert "ended: 1" in added.stdout
    assert _run(runner, "check", ADA.upper()).stdout == (
        "suppressed\tevery newsletter\tcomplaint\tsince 2026-03-02\tuntil 2028-03-01\n"
    )
    lifted = _run(runner, "lift", ADA, "--reason", "mistake")
    assert (lifted.exit_code, lifted.stderr) == (0, "")
    assert entries(app) == []
    assert len(rows_of(app, "subscriptions")) == 1


def test_it_can_be_for_one_newsletter(app: Flask, runner: FlaskCliRunner) -> None:
    assert _run(runner, "add", ADA, "--newsletter", "news").exit_code == 0
    assert entries(app) == [(newsletter_id(app, "news"), "operator")]
    assert "suppressed\tnews\toperator" in _run(runner, "check", ADA).stdout
    elsewhere = _run(runner, "lift", ADA, "--reason", "mistake")
    assert (elsewhere.exit_code, elsewhere.stdout) == (1, "")
    assert "not suppressed there" in elsewhere.stderr
    there = _run(runner, "lift", ADA, "--newsletter", "news", "--reason", "mistake")
    assert (there.exit_code, entries(app)) == (0, [])


def test_the_trail_says_what_was_done_and_never_to_whom(app: Flask, runner: FlaskCliRunner) -> None:
    _run(runner, "add", ADA, "--newsletter", "news")
    _run(runner, "lift", ADA, "--newsletter", "news", "--reason", "the_person_asked")
    added, lifted = rows_of(app, "audit_entries")
    assert (added["action"], lifted["action"]) == ("suppression.added", "suppression.lifted")
    assert added["object"] == lifted["object"]
    assert lifted["details"] == {"reason": "the_person_asked"}
    assert lifted["newsletter"] == "news"
    assert held(app, ADA) == []


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["add", "nonsense"], 2, "this is not a mail address"),
        (["add", ADA, "--reason", "dislike"], 2, "dislike"),
        (["add", ADA, "--newsletter", "nowhere"], 1, "There is no newsletter with this slug."),
        (["lift", ADA], 2, "--reason"),
        (["lift", ADA, "--reason", "mistake"], 1, "This address is not suppressed there."),
    ],
)
def test_what_can_not_be_done_is_said_plainly(
    app: Flask, runner: FlaskCliRunner, words: list[str], code: int, message: str
) -> None:
    result = _run(runner, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert entries(app) == []
