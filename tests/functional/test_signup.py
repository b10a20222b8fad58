"""Signing up: one answer for everybody, and nobody else's data to change."""

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
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

WORDING = (
    "Yes, please send me “The news letter” by e-mail. I can withdraw this consent at any time with "
    "the unsubscribe link in every mail."
)
PROFILE = {
    "name": "Ada Lovelace",
    "company": "Analytical Engines",
    "phone": "+44 20 7946 0000",
    "postal_address": "12 St James's Square\nLondon",
}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org", topics=["law"], name="Noise")


def _consent(app: Flask, address: str = ADA) -> list[dict[str, object]]:
    [person] = rows_of(app, "subscribers", address_key=address.casefold())
    [subscription] = rows_of(app, "subscriptions", subscriber_id=person["id"])
    return rows_of(app, "consent_records", subscription_id=subscription["id"])


def test_a_sign_up_is_answered_with_the_page_that_says_check_your_inbox(client: Visitor) -> None:
    answer = sign_up(client)
    assert answer.status_code == 303
    assert answer.location == "/forms/news/sent"
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Check your inbox" in page.text
    assert ADA.lower() not in page.text.lower()


def test_the_answer_is_the_same_to_the_byte_for_every_address(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    assert clock.now
    sign_up(client, "pending@example.org")
    subscribe(app, client, "active@example.org")
    subscribe(app, client, "gone@example.org")
    client.post(link_to(app, Purpose.UNSUBSCRIBE, "gone@example.org"))
    addresses = ["new@example.org", "pending@example.org", "active@example.org", "gone@example.org"]
    answers = [sign_up(client, address) for address in addresses]
    first = answers[0]
    assert first.status_code == 303
    for other in answers[1:]:
        assert (other.status_code, list(other.headers), other.data) == (
            first.status_code,
            list(first.headers),
            first.data,
        )


def test_a_form_sent_in_as_multipart_is_the_same(app: Flask, client: Visitor) -> None:
    answer = client.post(
        "/forms/news",
        data={"email": ADA, "consent": "y", "topics": ["art", "law"]},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    assert _consent(app)[0]["topics"] == ["art", "law"]


def test_a_page_elsewhere_can_post_here(client: Visitor) -> None:
    answer = client.post(
        "/forms/news",
        data={"email": ADA, "consent": "y"},
        headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 303


def test_the_optional_fields_are_kept(app: Flask, client: Visitor) -> None:
    assert sign_up(client, **PROFILE).status_code == 303
    row = rows_of(app, "profiles", name=PROFILE["name"])[0]
    assert {name: row[name] for name in PROFILE} == PROFILE


def test_fields_that_the_form_does_not_ask_for_are_not_kept(app: Flask, client: Visitor) -> None:
    """MS1."""
    assert sign_up(client, job_title="Countess", status="active").status_code == 303
    assert "Countess" not in str(dump(app))
    [person] = rows_of(app, "subscribers", address_key=ADA.casefold())
    assert rows_of(app, "subscriptions", subscriber_id=person["id"])[0]["status"] == "pending"


def test_a_repeated_request_replaces_the_one_before_it(app: Flask, client: Visitor) -> None:
    sign_up(client, topics=["art"], name="First")
    before = sizes(app)
    sign_up(client, ADA.upper(), topics=["law"], name="Second")
    assert sizes(app) == before
    assert [record["topics"] for record in _consent(app)] == [["law"]]
    assert rows_of(app, "profiles", name="First") == []
    assert rows_of(app, "subscribers", address_key=ADA.casefold())[0]["address"] == ADA


def test_an_attacker_can_not_change_what_an_active_person_has(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    subscribe(app, client, topics=["art"], **PROFILE)
    deliver(app, smtp)
    clock.advance(hours=1)
    before = dump(app)
    sign_up(client, ADA.swapcase(), topics=["law"], name="Mallory", phone="0")
    after = dump(app)
    for table in before.keys() - {"subscriptions", "outbox_messages"}:
        assert after[table] == before[table], table
    counted = {"mailed_at", "mails_on", "mails"}
    changed = rows_of(app, "subscriptions")
    names = list(changed[0])
    for old, new in zip(before["subscriptions"], after["subscriptions"], strict=True):
        differing = {n for n, a, b in zip(names, old, new, strict=True) if a != b}
        assert differing <= counted
    assert "Mallory" not in str(after)


def test_who_is_subscribed_already_is_told_by_mail_only(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    subscribe(app, client)
    deliver(app, smtp)
    clock.advance(hours=1)
    sign_up(client)
    [mail] = deliver(app, smtp)
    assert mail.content["Subject"] == "You are already subscribed: The news letter"
    assert set(links_in(mail)) == {"preferences", "unsubscribe"}
    assert mail.recipients == (ADA,)


def test_an_address_can_be_subscribed_to_two_newsletters(app: Flask, client: Visitor) -> None:
    open_newsletter(app, "other")
    subscribe(app, client)
    subscribe(app, client, form="other")
    [person] = rows_of(app, "subscribers", address_key=ADA.casefold())
    assert [row["status"] for row in rows_of(app, "subscriptions", subscriber_id=person["id"])] == [
        "active",
        "active",
    ]


def test_the_counters_name_nobody_and_count_everybody(app: Flask, client: Visitor) -> None:
    before = {row["event"]: row["count"] for row in rows_of(app, "daily_counts")}
    for number in range(3):
        sign_up(client, f"{number}@example.org")
    sign_up(client, "0@example.org")
    sign_up(client, "noise@example.org")
    rows = rows_of(app, "daily_counts", event="requested")
    assert sum(row["count"] for row in rows) == before.get("requested", 0) + 3
