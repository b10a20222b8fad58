"""A newsletter closes with a last mail: it reaches everybody, and then their data goes in time."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.core.clock import now
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.mail.delivery import deliver_due
from subscriptions.mail.outbox import RETRY_AFTER
from subscriptions.privacy.policy import current_policy
from subscriptions.privacy.retention.ledger import overdue_clauses
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers.announcing import announce_waiting
from subscriptions.subscribers.closing import LONGEST, close, end_closings
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.operators import Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, sign_up, subscribe

BOB, STAYER, PENDING = "bob@example.org", "stayer@example.org", "pending@example.org"
FAREWELL = "Dear readers,\n\nafter ten years we stop."
PAGE = "/admin/newsletters/news/close"


@pytest.fixture(autouse=True)
def _readers(app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock) -> None:
    assert clock.now
    for slug in ("news", "tips"):
        open_newsletter(app, slug, fields=())
    subscribe(app, client, STAYER, "tips")
    for address in (ADA, BOB):
        subscribe(app, client, address)
    sign_up(client, PENDING)
    run_jobs(app)
    smtp.messages.clear()


def _close(app: Flask, text: str = FAREWELL) -> None:
    with app.app_context(), unit_of_work() as session:
        close(session, "news", text)


def _a_minute(app: Flask) -> None:
    """What the worker does in a minute, and the purge on top."""
    with app.app_context():
        announce_waiting()
        deliver_due()
        end_closings()
        run_retention(now())


def _told(smtp: SmtpServer) -> list[str]:
    return sorted(mail.recipients[0] for mail in smtp.messages)


def _people(app: Flask) -> set[str]:
    return {row["address"] for row in rows_of(app, "subscribers")}


@pytest.mark.settings(policy="mmunic")
def test_a_policy_that_erases_at_closing_lets_the_last_mail_out_first(
    app: Flask, smtp: SmtpServer
) -> None:
    """MC5: with the newsletter its list goes, and the last mail has reached everybody."""
    _close(app)
    with app.app_context():
        run_retention(now())  # a purge that comes before the mails finds nothing to erase
    assert _people(app) == {ADA, BOB, STAYER, PENDING}
    _a_minute(app)
    assert _told(smtp) == [ADA, BOB]
    assert _people(app) == {STAYER}
    assert held(app, ADA, BOB) == []
    _a_minute(app)
    assert _told(smtp) == [ADA, BOB]


@pytest.mark.settings(policy="mmunic")
def test_a_mail_server_that_is_away_delays_the_erasure_by_two_days_and_no_more(
    app: Flask, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MC5."""
    smtp.defer(BOB)
    _close(app)
    _a_minute(app)
    assert _people(app) == {ADA, BOB, STAYER, PENDING}
    for pause in RETRY_AFTER:
        clock.advance(seconds=pause.total_seconds())
        _a_minute(app)
        assert _is_kept(app)
    assert _told(smtp) == [ADA]
    assert clock.now - rows_of(app, "newsletters", slug="news")[0]["closed_at"] < LONGEST
    assert _people(app) == {STAYER}
    assert held(app, ADA, BOB) == []


@pytest.mark.settings(policy="mmunic")
def test_after_three_days_the_list_goes_whatever_became_of_the_mails(
    app: Flask, clock: FrozenClock
) -> None:
    """MC5."""
    _close(app)
    clock.advance(seconds=LONGEST.total_seconds() - 1)
    with app.app_context():
        end_closings()
        run_retention(now())
    assert _people(app) == {ADA, BOB, STAYER, PENDING}
    clock.advance(seconds=1)
    with app.app_context():
        end_closings()
        run_retention(now())
        announce_waiting()
    assert _people(app) == {STAYER}
    assert rows_of(app, "outbox_messages") == []
    assert rows_of(app, "announcements")[0]["finished_at"] == clock.now


@pytest.mark.settings(policy="mailpro")
def test_with_a_last_mail_nothing_goes_before_day_45_and_everything_by_day_60(
    app: Flask, smtp: SmtpServer, clock: FrozenClock
) -> None:
    """MP2."""
    _close(app)
    _a_minute(app)
    assert _told(smtp) == [ADA, BOB]
    clock.advance(days=45, seconds=-1)
    _a_minute(app)
    assert {ADA, BOB} < _people(app)
    assert _is_kept(app)
    clock.advance(seconds=1)
    _a_minute(app)
    assert _people(app) == {STAYER}
    assert held(app, ADA, BOB) == []
    assert LONGEST + timedelta(days=45) < timedelta(days=60)


def _is_kept(app: Flask) -> bool:
    with app.app_context():
        return not overdue_clauses(current_session(), current_policy(), now())


def test_who_leaves_before_the_last_mail_is_out_gets_none(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MG3."""
    _close(app)
    with app.app_context():
        announce_waiting()
    assert client.get("/forms/news").status_code == 404
    client.post(link_to(app, Purpose.UNSUBSCRIBE, BOB))
    _a_minute(app)
    assert _told(smtp) == [ADA]


def test_without_a_text_nobody_is_written_to(app: Flask, smtp: SmtpServer) -> None:
    _close(app, "")
    _a_minute(app)
    assert smtp.messages == []
    [row] = rows_of(app, "newsletters", slug="news")
    assert row["over_at"] == row["closed_at"] is not None


@pytest.fixture
def desk(app: Flask, smtp: SmtpServer) -> Desk:
    """An owner's browser."""
    make_operator(app)
    made = desk_of(app)
    run_jobs(app)
    smtp.messages.clear()
    return made


def test_an_owner_reads_what_closing_means_and_writes_the_last_mail(
    app: Flask, smtp: SmtpServer, desk: Desk
) -> None:
    asked = desk.get(PAGE).text
    assert "<dd>2</dd>" in asked
    assert "7 days" in asked
    assert rows_of(app, "newsletters", slug="news")[0]["closed_at"] is None
    assert desk.send(PAGE, last_mail="x" * 10_001).status_code == 422
    assert desk.send(PAGE, last_mail=FAREWELL).status_code == 302
    assert trail(app)[-1][1:] == ("newsletter.closed", "newsletter news")
    run_jobs(app)
    assert _told(smtp) == [ADA, BOB]
    assert "2 of 2" in desk.get("/admin/newsletters/news").text
    again = desk.send(PAGE, last_mail=FAREWELL)
    assert again.status_code == 422
    assert "closed already" in again.text


def test_the_command_takes_the_last_mail_from_a_file(
    app: Flask, runner: FlaskCliRunner, smtp: SmtpServer, tmp_path: Path
) -> None:
    letter = tmp_path / "farewell.txt"
    letter.write_bytes(b"\xff")
    bad = runner.invoke(args=["newsletter", "close", "news", "--last-mail", str(letter)])
    assert (bad.exit_code, rows_of(app, "newsletters", slug="news")[0]["closed_at"]) == (1, None)
    letter.write_text(FAREWELL)
    done = runner.invoke(args=["newsletter", "close", "news", "--last-mail", str(letter)])
    assert (done.exit_code, "last mail goes out" in done.stdout) == (0, True), done.output
    run_jobs(app)
    assert _told(smtp) == [ADA, BOB]
    assert "after ten years we stop." in smtp.messages[0].text()
