"""A suppressed address is not mailed; only a keyed hash of it is held (GDPR 21(3))."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event

from subscriptions.core.addresses import Address, parse_address
from subscriptions.core.personal_data import registry
from subscriptions.core.tokens import Purpose
from subscriptions.extensions import db
from subscriptions.subscribers.suppression import CHUNK, Reason, suppressed
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries, plant_entry, suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    link_to,
    newsletter_id,
    open_newsletter,
    reading,
    rows_of,
    sign_up,
    subscribe,
)

NOISE = "noise@example.org"


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, NOISE, name="Noise")
    suppress_in(app, "someone-else@example.org", Reason.COMPLAINT)
    run_jobs(app)


def _mails_after_signing_up_again(app: Flask, client: Visitor, smtp: SmtpServer, form: str) -> int:
    sign_up(client, form=form)
    return len([mail for mail in deliver(app, smtp) if ADA in mail.recipients])


def test_it_ends_and_erases_what_there_is_and_keeps_a_hash(app: Flask, client: Visitor) -> None:
    subscribe(app, client, name="Augusta Lovelace")
    sign_up(client, form="tips")
    run_jobs(app)
    assert suppress_in(app).ended == 2
    assert held(app, ADA, "Augusta") == []
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE]
    entry = rows_of(app, "suppressions")[-1]
    assert len(entry["address_hash"]) == 64
    assert (entry["newsletter_id"], entry["reason"]) == (None, "operator")


def test_for_one_newsletter_it_leaves_the_others_alone(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    subscribe(app, client, form="tips")
    assert suppress_in(app, newsletter="news").ended == 1
    assert client.get(link_to(app, Purpose.PREFERENCES, newsletter="tips")).status_code == 200


@pytest.mark.parametrize("spelling", [ADA, ADA.upper(), f" {ADA.lower()} "])
def test_twice_is_one_entry_whatever_the_spelling(app: Flask, spelling: str) -> None:
    suppress_in(app, reason=Reason.OBJECTION, newsletter="news")
    suppress_in(app, spelling, Reason.COMPLAINT, "news")
    suppress_in(app, spelling)
    suppress_in(app)
    news = newsletter_id(app, "news")
    assert entries(app)[1:] == [(news, "complaint"), (None, "operator")]


def test_a_mail_is_stopped_in_the_last_moment_and_does_not_wait(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    subscribe(app, client)
    run_jobs(app)
    clock.advance(minutes=10)
    sign_up(client)
    sign_up(client, NOISE)
    plant_entry(app, ADA)
    assert [mail.recipients for mail in deliver(app, smtp)] == [(NOISE,)]
    assert rows_of(app, "outbox_messages") == []


@pytest.mark.parametrize(("scope", "sent"), [("news", 0), ("tips", 1), (None, 0)])
def test_a_mail_about_another_newsletter_is_not_stopped(
    app: Flask,
    client: Visitor,
    smtp: SmtpServer,
    clock: FrozenClock,
    scope: str | None,
    sent: int,
) -> None:
    subscribe(app, client)
    run_jobs(app)
    clock.advance(minutes=10)
    plant_entry(app, ADA, scope)
    assert _mails_after_signing_up_again(app, client, smtp, "news") == sent


def test_the_check_is_one_statement_for_each_mail(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    asked: list[str] = []
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sign_up(client)
    assert not [statement for statement in asked if "suppressions" in statement]
    assert len(deliver(app, smtp)) == 1
    assert len([statement for statement in asked if "suppressions" in statement]) == 1


def test_mail_to_an_operator_is_not_about_a_subscription(
    app: Flask, runner: FlaskCliRunner, smtp: SmtpServer
) -> None:
    suppress_in(app)
    made = runner.invoke(args=["operator", "create", ADA, "--role", "viewer"])
    assert made.exit_code == 0
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA.casefold(),)


def test_many_addresses_are_looked_up_at_once(app: Flask) -> None:
    suppress_in(app)
    suppress_in(app, "tips-only@example.org", newsletter="tips")
    addresses = [parse_address(f"p{number}@example.org") for number in range(CHUNK)]
    wanted = [parse_address(text) for text in (ADA.upper(), "tips-only@example.org")]
    with reading(app) as session:
        news, tips = newsletter_id(app, "news"), newsletter_id(app, "tips")

        def found(scope: int | None) -> set[Address]:
            return suppressed(session, [*addresses, *wanted], scope)

        assert found(tips) == set(wanted)
        assert found(news) == found(None) == {wanted[0]}
        assert suppressed(session, [], news) == set()


def test_an_unsubscribe_and_an_erasure_leave_it(app: Flask, client: Visitor) -> None:
    suppress_in(app)
    before = rows_of(app, "suppressions")
    sign_up(client)
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    assert held(app, ADA) == []
    assert rows_of(app, "suppressions") == before


def test_an_export_of_what_is_held_has_it(app: Flask, client: Visitor) -> None:
    suppress_in(app, reason=Reason.COMPLAINT)
    sign_up(client)
    [noise, ada] = [row["id"] for row in rows_of(app, "subscribers")]
    with reading(app) as session:
        [entry] = registry.export(session, ada)["suppression"]
        assert registry.export(session, noise)["suppression"] == []
    assert (entry["reason"], entry["newsletter_id"]) == ("complaint", None)


def test_it_goes_after_two_years_and_not_before(
    app: Flask, runner: FlaskCliRunner, clock: FrozenClock
) -> None:
    clock.advance(days=1)
    suppress_in(app)
    for days, left in ((729, 2), (730, 1), (731, 0)):
        as_of = (clock.now + timedelta(days=days - 1)).isoformat(timespec="seconds")[:19]
        result = runner.invoke(args=["retention", "run", "--as-of", as_of])
        assert result.exit_code == 0, result.output
        assert len(entries(app)) == left, days


def test_the_notice_names_it_for_people_and_for_machines(client: Visitor) -> None:
    page = client.get("/privacy").text
    assert "That we must not write to an address" in page
    assert "730 days" in page
    clauses = {each["id"]: each for each in client.get("/privacy.json").get_json()["clauses"]}
    assert clauses["suppression"]["categories"] == ["suppression"]
    assert "21(3)" in clauses["suppression"]["basis"]
