"""When they leave, their data leaves too."""

from itertools import permutations

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.mail.mailbox import start_local_mailbox
from tests.support.applications import Visitor, queue_of, run_jobs
from tests.support.held import held
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    sizes,
    subscribe,
)

NOISE = "noise@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PROFILE = {
    "name": "Augusta Lovelace",
    "company": "Analytical Engines",
    "phone": "+44 20 7946 0000",
    "postal_address": "12 St James's Square",
}
PERSON = (ADA, *PROFILE.values())
LINKS = (Purpose.CONFIRM, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)
SWAPPED = list(permutations(LINKS, 2)) + [(Purpose.MANAGE, used_for) for used_for in LINKS]
ABOUT_PEOPLE = (
    "subscribers",
    "subscriptions",
    "subscription_topics",
    "profiles",
    "consent_records",
    "outbox_messages",
)


@pytest.fixture(autouse=True)
def _newsletters(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, NOISE, topics=["art"], name="Noise")
    run_jobs(app)


def _prefer(client: Visitor, path: str) -> None:
    choices = {"topics": ["law"], "frequency": "weekly", "locale": "de", "paused_until": ""}
    assert client.post(path, data=choices).status_code == 200


def _one_click(client: Visitor, path: str) -> int:
    return client.post(path, data=ONE_CLICK).status_code


def test_the_whole_way_leaves_not_a_byte(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    before = {name: dump(app)[name] for name in ABOUT_PEOPLE}
    sign_up(client, topics=["art"], **PROFILE)
    [mail] = deliver(app, smtp)
    assert client.post(links_in(mail)["confirm"]).status_code == 200
    _prefer(client, link_to(app, Purpose.PREFERENCES))
    assert {line.rpartition(": ")[2] for line in held(app, *PERSON)} == set(PERSON)
    assert _one_click(client, link_to(app, Purpose.UNSUBSCRIBE)) == 200
    assert held(app, *PERSON) == []
    assert {name: dump(app)[name] for name in ABOUT_PEOPLE} == before


@pytest.mark.settings(smtp_url="")
def test_the_local_mailbox_forgets_too(app: Flask, client: Visitor) -> None:
    listener = start_local_mailbox(app)
    try:
        sign_up(client)
        run_jobs(app)
    finally:
        listener.stop()
    assert [line for line in held(app, ADA) if "/mailbox/" in line]
    assert _one_click(client, link_to(app, Purpose.UNSUBSCRIBE)) == 200
    assert held(app, ADA) == []


def test_mail_that_waits_goes_too(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    sign_up(client)
    assert [row["recipient"] for row in rows_of(app, "outbox_messages")] == [ADA]
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE))
    assert rows_of(app, "outbox_messages") == []
    assert deliver(app, smtp) == []


def test_a_dead_letter_goes_too(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    smtp.refuse(ADA)
    sign_up(client)
    run_jobs(app)
    assert rows_of(app, "outbox_messages")[0]["dead_at"]
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE))
    assert held(app, ADA) == []


def test_the_job_queue_never_held_an_address(app: Flask, client: Visitor) -> None:
    queue = queue_of(app)
    sign_up(client, **PROFILE)
    waiting = [queue.storage.dequeue() for _ in range(queue.storage.queue_size())]
    assert waiting
    assert not any(b"example.org" in bytes(message) for message in waiting)


def test_whoever_ends_one_of_two_keeps_the_other(app: Flask, client: Visitor) -> None:
    subscribe(app, client, form="news", topics=["art"], **PROFILE)
    subscribe(app, client, form="tips", topics=["law"], name="Countess")
    run_jobs(app)
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE, newsletter="news"))
    assert held(app, *PROFILE.values()) == []
    assert held(app, ADA, "Countess")
    [person] = rows_of(app, "subscribers", address=ADA)
    [kept] = rows_of(app, "subscriptions", subscriber_id=person["id"])
    assert kept["status"] == "active"
    assert client.get(link_to(app, Purpose.PREFERENCES, newsletter="tips")).status_code == 200
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE, newsletter="tips"))
    assert held(app, ADA, "Countess") == []


def test_mail_about_the_other_newsletter_still_comes(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    sign_up(client, form="news")
    sign_up(client, form="tips")
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE, newsletter="news"))
    [mail] = deliver(app, smtp)
    assert mail.content["List-Id"] == "<tips.news.example.org>"


def test_ending_everything_ends_both(app: Flask, client: Visitor) -> None:
    subscribe(app, client, form="news", **PROFILE)
    subscribe(app, client, form="tips", **PROFILE)
    centre = link_to(app, Purpose.PREFERENCES, newsletter="tips")
    assert client.post(f"{centre}/end-all").status_code == 200
    assert held(app, *PERSON) == []


def test_one_click_twice_is_harmless(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    leave = link_to(app, Purpose.UNSUBSCRIBE)
    assert _one_click(client, leave) == 200
    after = dump(app)
    assert _one_click(client, leave) == 200
    assert client.get(leave).status_code == 200
    assert dump(app) == after
    ended = [row for row in rows_of(app, "daily_counts") if row["event"] == "unsubscribed"]
    assert sum(row["count"] for row in ended) == 1


def test_an_old_link_ends_no_newer_subscription(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    old = link_to(app, Purpose.UNSUBSCRIBE)
    _one_click(client, old)
    subscribe(app, client)
    assert _one_click(client, old) == 200
    assert client.get(link_to(app, Purpose.PREFERENCES)).status_code == 200
    [person] = rows_of(app, "subscribers", address=ADA)
    assert [row["status"] for row in rows_of(app, "subscriptions", subscriber_id=person["id"])] == [
        "active"
    ]


@pytest.mark.parametrize(("made_for", "used_for"), SWAPPED)
def test_a_token_does_nothing_but_its_own_work(
    app: Flask, client: Visitor, made_for: Purpose, used_for: Purpose
) -> None:
    subscribe(app, client)
    before = dump(app)
    token = link_to(app, made_for).rpartition("/")[2]
    path = f"/{used_for.name.lower()}/{token}"
    assert client.get(path).status_code == 404
    assert _one_click(client, path) == 404
    assert dump(app) == before


def test_an_unsubscribe_token_can_not_end_everything(app: Flask, client: Visitor) -> None:
    subscribe(app, client)
    token = link_to(app, Purpose.UNSUBSCRIBE).rpartition("/")[2]
    assert client.post(f"/preferences/{token}/end-all").status_code == 404
    assert rows_of(app, "subscribers", address=ADA)


def test_what_stays_names_nobody(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    before = sizes(app)
    subscribe(app, client, **PROFILE)
    reference = rows_of(app, "subscriptions")[-1]["reference"]
    clock.advance(hours=1)
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE))
    [entry] = rows_of(app, "erased_references")
    assert (entry["reference"], entry["erased_at"]) == (reference, clock.now)
    grown = {name for name, size in sizes(app).items() if size != before.get(name, 0)}
    assert grown == {"daily_counts", "erased_references"}


def test_a_pending_sign_up_can_be_ended_as_well(app: Flask, client: Visitor) -> None:
    sign_up(client, **PROFILE)
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE))
    assert held(app, *PERSON) == []


def test_a_confirmation_link_brings_nobody_back(app: Flask, client: Visitor) -> None:
    sign_up(client)
    confirm = link_to(app, Purpose.CONFIRM)
    _one_click(client, link_to(app, Purpose.UNSUBSCRIBE))
    assert client.post(confirm).status_code == 410
    assert held(app, ADA) == []
