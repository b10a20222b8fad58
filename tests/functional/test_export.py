"""The CSV export: who is in it, and that a mailer needs nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from subscriptions.core import clock as our_clock
from subscriptions.core.errors import Invalid, NotFound
from subscriptions.core.sqlite import truncate_log
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.extensions import db
from subscriptions.newsletters.operations import create_form
from subscriptions.newsletters.queries import newsletter_by_slug
from subscriptions.subscribers.models import Subscription
from subscriptions.transfer import rows
from tests.support.applications import Visitor
from tests.support.exports import CONTRACT, addresses, begin_export, export_csv, read_csv
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    link_to,
    newsletter_id,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

PROFILE = ["name", "company", "phone", "postal_address"]
CHOICES = ["active", "paused", "pending", "all"]


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    open_newsletter(app, "noise", fields=["industry"])
    subscribe(app, client, "noise@example.org", "noise")


def _change(app: Flask, address: str, **values: Any) -> None:
    """Set columns of a person's only subscription."""
    person = rows_of(app, "subscribers", address=address)[0]["id"]
    with app.app_context(), unit_of_work() as session:
        session.execute(
            update(Subscription).where(Subscription.subscriber_id == person).values(values)
        )


def test_an_empty_newsletter_exports_the_header_alone(app: Flask) -> None:
    assert export_csv(app) == (",".join(CONTRACT + PROFILE) + "\r\n").encode()


def test_a_row_holds_all_that_is_known(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    sign_up(client, topics=["law", "art"], name="Ada Lovelace", company="Analytical Engines")
    clock.advance(minutes=5, microseconds=250)
    client.post(link_to(app, Purpose.CONFIRM))
    wording = rows_of(app, "signup_forms", slug="news")[0]["wording_hash"]
    assert read_csv(export_csv(app)) == [
        {
            "email": ADA,
            "status": "active",
            "topics": "art law",
            "frequency": "every",
            "locale": "en",
            "requested_at": "2026-03-02T09:30:00Z",
            "confirmed_at": "2026-03-02T09:35:00Z",
            "source_form": "news",
            "consent_wording": wording,
            "unsubscribe_url": f"https://news.example.org{link_to(app, Purpose.UNSUBSCRIBE)}",
            "preferences_url": f"https://news.example.org{link_to(app, Purpose.PREFERENCES)}",
            "name": "Ada Lovelace",
            "company": "Analytical Engines",
            "phone": "",
            "postal_address": "",
        }
    ]


def test_the_links_of_a_row_work(app: Flask, client: Visitor) -> None:
    """MM1, for an external mailer."""
    subscribe(app, client)
    [row] = read_csv(export_csv(app))
    assert client.get(row["preferences_url"]).status_code == 200
    one_click = {"List-Unsubscribe": "One-Click"}
    assert client.post(row["unsubscribe_url"], data=one_click).status_code == 200
    assert addresses(app, "all") == []


def test_pending_people_are_exported_only_as_pending(app: Flask, client: Visitor) -> None:
    """MS2."""
    subscribe(app, client, "active@example.org")
    sign_up(client, "pending@example.org")
    assert addresses(app) == addresses(app, "active") == ["active@example.org"]
    [pending] = read_csv(export_csv(app, "pending"))
    assert (pending["email"], pending["status"]) == ("pending@example.org", "pending")
    assert pending["confirmed_at"] == ""
    assert addresses(app, "all") == ["active@example.org", "pending@example.org"]


def test_paused_people_are_left_out_until_their_day(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MC3."""
    subscribe(app, client)
    _change(app, ADA, paused_until=our_clock.today() + timedelta(days=2))
    clock.advance(days=1)
    assert addresses(app) == []
    [row] = read_csv(export_csv(app, "paused"))
    assert row["status"] == read_csv(export_csv(app, "all"))[0]["status"] == "paused"
    clock.advance(days=1)
    assert addresses(app) == [ADA]
    assert addresses(app, "paused") == []


@pytest.mark.parametrize("choice", CHOICES)
def test_restricted_people_are_in_no_export(app: Flask, client: Visitor, choice: str) -> None:
    subscribe(app, client)
    _change(app, ADA, restricted_at=our_clock.now())
    assert addresses(app, choice) == []


def test_only_those_who_chose_the_topic(app: Flask, client: Visitor) -> None:
    """MC3."""
    subscribe(app, client, "both@example.org", topics=["art", "law"])
    subscribe(app, client, "art@example.org", topics=["art"])
    subscribe(app, client, "none@example.org")
    assert addresses(app, topic="art") == ["both@example.org", "art@example.org"]
    assert addresses(app, topic="law") == ["both@example.org"]
    assert addresses(app, "pending", "law") == []


def test_what_is_asked_for_wrongly_is_refused_before_the_first_byte(app: Flask) -> None:
    wanted = newsletter_id(app, "news")
    with app.app_context(), pytest.raises(NotFound):
        begin_export(wanted, topic="industry")
    with app.app_context(), pytest.raises(Invalid):
        begin_export(wanted, "ended")


def test_every_field_that_a_form_asks_for_has_a_column(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        newsletter = newsletter_by_slug(session, "news")
        retired = create_form(session, newsletter, "fair", "Fair", fields=["role", "job_title"])
        retired.retired_at = our_clock.now()
    header = export_csv(app).decode().strip().split(",")
    assert header[len(CONTRACT) :] == ["name", "job_title", "role", "company", *PROFILE[2:]]


def test_nobody_is_lost_or_doubled_between_batches(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"reader{number}@example.org" for number in range(7)]
    for number, person in enumerate(people):
        sign_up(client, f"elsewhere{number}@example.org", "noise")
        subscribe(app, client, person)
    client.post(link_to(app, Purpose.UNSUBSCRIBE, people.pop(3)))
    for batch in (1, 2, 3, 100):
        monkeypatch.setattr(rows, "BATCH", batch)
        assert addresses(app, "all") == people


def test_an_export_under_way_holds_nobody_in_the_log(
    app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH", 1)
    for person in ("first@example.org", "second@example.org", "third@example.org"):
        subscribe(app, client, person)
    leave = link_to(app, Purpose.UNSUBSCRIBE, "second@example.org")
    wanted = newsletter_id(app, "news")
    with app.app_context():
        newsletter_by_slug(current_session(), "news")
        chunks = begin_export(wanted)
        assert not current_session().in_transaction()
        assert next(chunks).startswith(b"email")
        assert next(chunks).startswith(b"first@")
        client.post(leave)
        if db.engine.dialect.name == "sqlite":
            assert truncate_log(db.engine, patience=0.2)
        assert next(chunks).startswith(b"third@")
