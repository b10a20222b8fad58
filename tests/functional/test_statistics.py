"""What operators see of how newsletters do: counted anonymously, cheaply, and for good."""

import re
from datetime import timedelta

from flask import Flask

from subscriptions.core.jobs import Job, bind_jobs, start
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.outbox import queue_mail
from subscriptions.operators.roles import Role
from subscriptions.privacy.retention.running import run_retention
from subscriptions.subscribers.counters import count, fold_shards
from subscriptions.subscribers.models import DailyCount, Snapshot
from subscriptions.subscribers.snapshots import take_snapshot
from subscriptions.subscribers.states import Event
from subscriptions.webhooks.listening import anybody_listens
from tests.support.applications import Visitor, queue_of, run_jobs
from tests.support.counting import counting
from tests.support.operators import OWNER, Desk, desk_of, make_operator
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    link_to,
    newsletter_id,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

CONFIRM = 6
KEPT = timedelta(days=1200)


def _count(app: Flask) -> None:
    with app.app_context():
        take_snapshot()


def _owner(app: Flask) -> Desk:
    make_operator(app)
    return desk_of(app)


def _figures(app: Flask) -> dict[tuple[str, str], int | None]:
    rows = rows_of(app, "snapshots", newsletter_id=newsletter_id(app, "news"))
    return {(row["kind"], row["name"]): row["number"] for row in rows}


def _many(app: Flask, clock: FrozenClock, active: int) -> None:
    """A snapshot as of a newsletter with so many."""
    with app.app_context(), unit_of_work() as session:
        now = clock.now
        for name, number in (("active", active), ("pending", 7)):
            session.add(
                Snapshot(
                    day=now.date(),
                    newsletter_id=newsletter_id(app, "news"),
                    kind="status",
                    name=name,
                    number=number,
                    counted_at=now,
                )
            )


def test_how_long_a_confirmation_took_is_counted_without_a_statement_more(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    open_newsletter(app)
    sign_up(client)
    clock.advance(minutes=3)
    link = link_to(app, Purpose.CONFIRM)
    with app.app_context():
        anybody_listens()  # a process looks for webhooks now and then
    with counting(app) as counted:
        assert client.post(link).status_code == 200
    assert (len(counted.statements), counted.commits) == (CONFIRM, 1), counted.statements
    events = [(row["event"], row["took"], row["count"]) for row in rows_of(app, "daily_counts")]
    assert events == [("confirmed", 8, 1), ("requested", 0, 1)]


def test_a_snapshot_counts_by_form_language_and_topic_and_points_at_nobody(
    app: Flask, client: Visitor
) -> None:
    open_newsletter(app)
    open_newsletter(app, "empty")
    for number in range(6):
        topics = ["art", "law"] if number < 4 else ["art"]
        subscribe(app, client, f"p{number}@example.org", topics=topics)
    sign_up(client, "pending@example.org", topics=["law"])
    _count(app)
    _count(app)
    assert _figures(app) == {
        ("status", "active"): 6,
        ("status", "pending"): 1,
        ("form", "news"): 6,
        ("language", "en"): 6,
        ("topic", "art"): 6,
        ("topic", "law"): None,
    }
    page = _owner(app).get("/admin/newsletters/news").text
    assert "fewer than 5" in page
    assert "p1@" not in page


def test_the_last_count_of_a_day_stays_whoever_is_erased_since(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    open_newsletter(app)
    for number in range(5):
        subscribe(app, client, f"p{number}@example.org", topics=["art"])
    _count(app)
    clock.advance(hours=2)
    client.post(link_to(app, Purpose.UNSUBSCRIBE, "p0@example.org"))
    _count(app)
    assert _figures(app)["topic", "art"] is None
    assert _figures(app)["status", "active"] == 4
    clock.advance(days=1)
    for number in range(1, 5):
        client.post(link_to(app, Purpose.UNSUBSCRIBE, f"p{number}@example.org"))
    _count(app)
    active = rows_of(app, "snapshots", kind="status", name="active")
    assert [row["number"] for row in active] == [4, 0]
    page = _owner(app).get("/admin/").text
    assert "\N{MINUS SIGN}4" in page


def test_what_a_mark_no_longer_has_is_not_kept_from_earlier_that_day(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    open_newsletter(app)
    subscribe(app, client, topics=["art"])
    _count(app)
    assert ("topic", "art") in _figures(app)
    clock.advance(hours=1)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    _count(app)
    assert _figures(app) == {("status", "active"): 0, ("status", "pending"): 0}


def test_snapshots_go_with_the_counters_of_their_day(app: Flask, clock: FrozenClock) -> None:
    """MC10."""
    open_newsletter(app)
    _count(app)
    with app.app_context():
        run_retention(clock.now + KEPT - timedelta(days=1))
    assert _figures(app)
    with app.app_context():
        run_retention(clock.now + KEPT)
    assert not _figures(app)


def test_the_shards_of_days_gone_by_are_folded_and_nothing_is_lost(
    app: Flask, clock: FrozenClock
) -> None:
    open_newsletter(app)
    news = newsletter_id(app, "news")
    yesterday, today = clock.now.date() - timedelta(days=1), clock.now.date()
    with app.app_context(), unit_of_work() as session:
        session.add_all(
            DailyCount(day=day, newsletter_id=news, event=event, took=0, shard=shard, count=2)
            for day in (yesterday, today)
            for event in ("requested", "expired")
            for shard in (0, 3, 7)
        )
    for _ in range(2):
        with app.app_context():
            fold_shards()
        rows = [(r["day"], r["shard"], r["count"]) for r in rows_of(app, "daily_counts")]
        assert [row for row in rows if row[0] == yesterday] == [(yesterday, 0, 6)] * 2
        assert [row for row in rows if row[0] == today] == [(today, s, 2) for s in (0, 3, 7)] * 2


def test_the_overview_shows_what_happened_as_charts_and_as_tables(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    open_newsletter(app)
    for number in range(4):
        sign_up(client, f"p{number}@example.org")
    clock.advance(minutes=3)
    client.post(link_to(app, Purpose.CONFIRM, "p0@example.org"))
    client.post(link_to(app, Purpose.UNSUBSCRIBE, "p0@example.org"))
    desk = _owner(app)
    for span in ("month", "quarter", "year", "all", "nonsense"):
        page = desk.get(f"/admin/?span={span}").text
        figures = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)
        assert figures == [
            ("Signed up", "4"),
            ("Confirmed", "1"),
            ("Share confirmed", "25%"),
            ("Half confirm within", "3 minutes"),
            ("Left", "1"),
            ("Bounced", "0"),
        ]
        assert page.count('<rect class="requested"') == 1
        assert page.count("As a table") == 2
    assert "style=" not in page


def test_mail_that_comes_back_for_good_is_counted_and_names_nobody(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    open_newsletter(app)
    smtp.refuse("gone@example.org", OWNER)
    smtp.defer("full@example.org")
    for name in ("gone", "full", "well"):
        sign_up(client, f"{name}@example.org")
    with app.app_context(), unit_of_work() as session:
        queue_mail(session, "test_mail", OWNER, "en", {})
    run_jobs(app)
    smtp.reset()
    smtp.refuse_content()
    sign_up(client, "strict@example.org")
    run_jobs(app)
    assert sum(row["count"] for row in rows_of(app, "daily_counts", event="bounced")) == 2
    page = _owner(app).get("/admin/").text
    assert "<dt>Bounced</dt><dd>2</dd>" in page
    assert '<rect class="bounced"' in page


def test_people_taken_over_from_a_list_are_in_the_chart(app: Flask) -> None:
    open_newsletter(app)
    with app.app_context(), unit_of_work() as session:
        news = newsletter_id(app, "news")
        count(session.connection(), news, Event.IMPORTED, 40)
    page = _owner(app).get("/admin/").text
    assert "<dt>Taken over from a list</dt><dd>40</dd>" in page
    assert '<rect class="imported"' in page


def test_a_newsletter_of_others_is_in_no_figure(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    sign_up(client, form="other")
    make_operator(app, role=None, certain={"news": Role.VIEWER})
    page = desk_of(app).get("/admin/").text
    assert "<dt>Signed up</dt><dd>0</dd>" in page


def test_many_are_not_counted_while_somebody_waits(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    open_newsletter(app)
    subscribe(app, client)
    _many(app, clock, 60_000)
    desk = _owner(app)
    with counting(app) as counted:
        page = desk.get("/admin/newsletters/news").text
    assert "<dd>60,000</dd>" in page
    assert not any("FROM subscriptions" in statement for statement in counted.statements)
    clock.advance(days=1)  # the worker stands still: rather slow than wrong
    assert "<dd>1</dd>" in desk_of(app).get("/admin/newsletters/news").text


def test_a_job_that_failed_is_shown_for_a_day(app: Flask, clock: FrozenClock) -> None:
    def fail() -> None:
        raise ZeroDivisionError("ada@example.org")

    desk = _owner(app)
    bind_jobs(app, queue_of(app), [Job("house.fail", fail)])
    with app.app_context():
        start("house.fail")
    run_jobs(app)
    page = desk.get("/admin/").text
    assert "house.fail: ZeroDivisionError" in page
    assert "ada@" not in page
    clock.advance(days=1)
    assert "house.fail" not in desk_of(app, OWNER).get("/admin/").text
