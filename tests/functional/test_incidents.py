"""Incidents: the 72 hours, the notices to the authority and to people, the reminders, the log."""

from datetime import timedelta

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from subscriptions.privacy.incidents.reminding import remind_owners
from tests.support.announcements import announced
from tests.support.applications import Visitor, run_jobs
from tests.support.incidents import BANNER, LEAK, PEOPLE, log_of, record
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.smtp import Received, SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    newsletter_id,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

BOB, PENDING = "bob@example.org", "pending@example.org"


@pytest.fixture(autouse=True)
def _readers(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    """Ada reads both newsletters, Bob one of them, and somebody never confirmed."""
    assert clock.now
    for slug in ("news", "tips"):
        open_newsletter(app, slug)
        subscribe(app, client, ADA, slug)
    subscribe(app, client, BOB, "tips")
    sign_up(client, PENDING)


@pytest.fixture
def desk(app: Flask, smtp: SmtpServer) -> Desk:
    """An owner's browser; all mail so far is out."""
    make_operator(app)
    made = desk_of(app)
    run_jobs(app)
    smtp.messages.clear()
    return made


def _remind(app: Flask, smtp: SmtpServer) -> list[Received]:
    with app.app_context():
        remind_owners()
    return deliver(app, smtp)


def test_the_72_hours_run_from_when_it_was_noticed(
    app: Flask, clock: FrozenClock, desk: Desk
) -> None:
    """MP10, GDPR Article 33(1)."""
    page = record(app, desk)
    assert "72 hours left" in desk.get(page).text
    clock.advance(hours=70, minutes=30)
    desk.sign_in()
    shown = desk.get(page).text
    assert "1 hour left" in shown
    assert '<time datetime="2026-03-05T09:30:00+00:00">' in shown
    assert "1 hour left" in desk.get("/admin/").text
    clock.advance(hours=4)
    desk.sign_in()
    assert "over since 2 hours" in desk.get("/admin/incidents").text


def test_it_shows_how_many_people_of_which_newsletters_are_affected(app: Flask, desk: Desk) -> None:
    """MP10, GDPR Article 33(3)(a)."""
    everywhere = desk.get(record(app, desk)).text
    assert "The news letter" in everywhere
    assert "<dd>3</dd>" in everywhere
    assert "<dd>2</dd>" in everywhere
    tips = desk.get(record(app, desk, newsletters=[str(newsletter_id(app, "tips"))])).text
    assert "The news letter" not in tips
    assert "<dd>2</dd>" in tips


def test_the_notice_to_the_authority_is_drafted_with_all_that_the_article_asks_for(
    app: Flask, desk: Desk
) -> None:
    """MP10, GDPR Article 33(3)."""
    page = record(app, desk)
    draft = desk.get(f"{page}/authority.txt")
    assert draft.headers["Content-Disposition"].startswith("attachment")
    for part in (
        "The data protection authority of the country you live in",
        "privacy@example.org",
        "An export was put where everybody could read it.",
        "2026-03-01 08:00 UTC",
        "2026-03-02 09:30 UTC",
        "The mail address",
        "3 people, 4 records",
        "You may get unwanted mail.",
        "The file is gone.",
    ):
        assert part in draft.text
    assert ADA not in draft.text
    desk.send(f"{page}/authority", text="My own words.")
    assert desk.get(f"{page}/authority.txt").text == "My own words.\n"


def test_it_is_noted_when_the_authority_was_told_and_why_so_late(
    app: Flask, clock: FrozenClock, desk: Desk
) -> None:
    """MP10, GDPR Article 33(1)."""
    page = record(app, desk)
    clock.advance(hours=80)
    desk.sign_in()
    late = f"{clock.now - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert desk.send(f"{page}/settle").status_code == 422
    assert desk.send(f"{page}/settle", told_at=late).status_code == 422
    assert desk.send(f"{page}/settle", told_at="2026-03-01T00:00").status_code == 422
    assert desk.send(f"{page}/settle", told_at=late, reason="A holiday.").status_code == 302
    assert log_of(app)[-1] == (OWNER, "The authority was told at 2026-03-05 16:30 UTC. A holiday.")
    assert "told on 2026-03-05" in desk.get("/admin/incidents").text


def test_people_get_the_notice_once_as_it_was_saved(
    app: Flask, smtp: SmtpServer, desk: Desk
) -> None:
    """MP10, MG13, GDPR Article 34."""
    page = record(app, desk)
    assert "You may get unwanted mail." in desk.get(f"{page}/people").text
    assert desk.send(f"{page}/tell").status_code == 409
    desk.send(f"{page}/people", text=PEOPLE)
    assert "2 people get the notice" in desk.get(page).text
    assert desk.send(f"{page}/tell").status_code == 302
    mails = announced(app, smtp)
    assert set(mails) == {ADA, BOB}
    assert "a file with your address lay open" in mails[ADA].text()
    assert desk.send(f"{page}/tell").status_code == 409
    assert "2 of 2 mails queued" in desk.get(page).text
    assert [what for _who, what in log_of(app)][1:] == [
        "The notice to people was written.",
        "The notice to people goes out by mail.",
    ]


def test_only_the_readers_of_the_newsletters_concerned_are_told(
    app: Flask, smtp: SmtpServer, desk: Desk
) -> None:
    """MG13."""
    page = record(app, desk, newsletters=[str(newsletter_id(app, "news"))])
    desk.send(f"{page}/people", text=PEOPLE)
    desk.send(f"{page}/tell")
    assert set(announced(app, smtp)) == {ADA}


def test_owners_are_reminded_while_the_clock_runs_and_nothing_is_noted(
    app: Flask, smtp: SmtpServer, clock: FrozenClock, desk: Desk
) -> None:
    """MP10."""
    make_operator(app, "editor@example.org", Role.EDITOR)
    run_jobs(app)
    page = record(app, desk)
    assert _remind(app, smtp) == []
    clock.advance(hours=24)
    [mail] = _remind(app, smtp)
    assert mail.recipients == (OWNER,)
    assert mail.content["Subject"] == f"48 hours left to tell the authority: {LEAK}"
    assert _remind(app, smtp) == []
    clock.advance(hours=49)
    [mail] = _remind(app, smtp)
    assert mail.content["Subject"] == f"The 72 hours are over: {LEAK}"
    clock.advance(hours=100)
    assert _remind(app, smtp) == []
    assert log_of(app)[-1] == ("Assent", "The owners were reminded of the 72 hours.")
    assert page in mail.text()


@pytest.mark.parametrize("settled", [{"told_at": "2026-03-02T09:30"}, {"reason": "No risk."}])
def test_who_has_noted_it_is_not_reminded(
    app: Flask, smtp: SmtpServer, clock: FrozenClock, desk: Desk, settled: dict[str, str]
) -> None:
    page = record(app, desk)
    assert desk.send(f"{page}/settle", **settled).status_code == 302
    clock.advance(hours=72)
    assert _remind(app, smtp) == []


def test_it_is_closed_once_it_is_settled_and_its_record_stays(app: Flask, desk: Desk) -> None:
    page = record(app, desk)
    desk.send(f"{page}/banner", text=BANNER)
    assert desk.send(f"{page}/close").status_code == 409
    desk.send(f"{page}/settle", reason="No risk.")
    desk.send(f"{page}/log", text="The provider was asked.")
    assert desk.send(f"{page}/close").status_code == 302
    [row] = rows_of(app, "incidents")
    assert (row["closed_at"] is None, row["banner_since"]) == (False, None)
    assert LEAK not in desk.get("/admin/").text
    assert "The provider was asked." in desk.get(page).text
    assert trail(app)[-1] == (OWNER, "incident.closed", "incident 1")


def test_what_becomes_known_later_is_changed_and_the_log_says_so(app: Flask, desk: Desk) -> None:
    page = record(app, desk)
    known = {"title": LEAK, "what": "More.", "consequences": "None.", "measures": "Some."}
    known |= {"happened_at": "", "noticed_at": "2027-01-01T00:00"}
    assert desk.send(f"{page}/edit", **known).status_code == 422
    known["noticed_at"] = "2026-03-02T08:00"
    assert desk.send(f"{page}/edit", **known).status_code == 302
    assert log_of(app)[-1][1].startswith("What is known was changed: happened_at, noticed_at, what")


def test_only_owners_work_on_incidents(app: Flask, desk: Desk) -> None:
    """MP11."""
    record(app, desk)
    make_operator(app, "editor@example.org", Role.EDITOR)
    editor = desk_of(app, "editor@example.org")
    assert LEAK not in editor.get("/admin/").text
    assert editor.get("/admin/incidents/1").status_code == 403
