"""Signing up: one answer for everybody, and a record of exactly what was agreed to."""

import hashlib
import re

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import DEFAULT_WORDING, edit_form
from subscriptions.newsletters.queries import form_by_slug
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

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WORDING = DEFAULT_WORDING.format(name="The news letter")
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


def _edit_wording(app: Flask, wording: str) -> None:
    with app.app_context(), unit_of_work() as session:
        form = form_by_slug(session, "news")
        edit_form(
            session,
            form,
            title=form.title,
            intro="",
            fields=form.fields,
            topic_slugs=form.topic_slugs,
            wording=wording,
        )


def _hash(wording: str) -> str:
    return hashlib.sha256(wording.encode()).hexdigest()


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


def test_the_first_step_is_recorded_as_it_happened(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    answer = client.post(
        "/forms/news",
        data={"email": ADA, "consent": "y", "topics": ["law", "art"]},
        headers={"User-Agent": FIREFOX},
        environ_base={"REMOTE_ADDR": "198.51.100.77"},
    )
    assert answer.status_code == 303
    [record] = _consent(app)
    assert {key: record[key] for key in record.keys() - {"id", "subscription_id"}} == {
        "step": "requested",
        "at": clock.now,
        "source": "form:news",
        "wording_hash": _hash(WORDING),
        "topics": ["art", "law"],
        "locale": "en",
        "client_address": "198.51.100.0/24",
        "user_agent": "Mozilla/5.0",
    }
    assert rows_of(app, "wordings", hash=_hash(WORDING))[0]["text"] == WORDING


def test_the_second_step_is_recorded_beside_the_first(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    sign_up(client, topics=["art"])
    clock.advance(hours=5)
    client.post(
        link_to(app, Purpose.CONFIRM),
        headers={"User-Agent": "curl/8.0 (secret)"},
        environ_base={"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"},
    )
    requested, confirmed = _consent(app)
    assert requested["step"] == "requested"
    assert {key: confirmed[key] for key in confirmed.keys() - {"id", "subscription_id"}} == {
        "step": "confirmed",
        "at": clock.now,
        "source": "confirmation link",
        "wording_hash": requested["wording_hash"],
        "topics": ["art"],
        "locale": "en",
        "client_address": "2001:db8:1::/48",
        "user_agent": "curl/8.0",
    }


def test_a_client_that_says_nothing_of_itself_is_fine(app: Flask, client: Visitor) -> None:
    answer = client.post(
        "/forms/news",
        data={"email": ADA, "consent": "y"},
        headers={"User-Agent": ""},
        environ_overrides={"REMOTE_ADDR": ""},
    )
    assert answer.status_code == 303
    [record] = _consent(app)
    assert record["client_address"] is None
    assert record["user_agent"] is None


def test_what_a_proxy_claims_is_not_believed_unless_it_is_trusted(
    app: Flask, client: Visitor
) -> None:
    client.post(
        "/forms/news",
        data={"email": ADA, "consent": "y"},
        headers={"X-Forwarded-For": "192.0.2.1"},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    assert _consent(app)[0]["client_address"] == "198.51.100.0/24"


@pytest.mark.settings(trusted_proxies=1)
def test_a_trusted_proxy_is_believed(app: Flask, client: Visitor) -> None:
    client.post(
        "/forms/news",
        data={"email": ADA, "consent": "y"},
        headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.1"},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    assert _consent(app)[0]["client_address"] == "192.0.2.0/24"


def test_the_optional_fields_are_kept(app: Flask, client: Visitor) -> None:
    assert sign_up(client, **PROFILE).status_code == 303
    row = rows_of(app, "profiles", name=PROFILE["name"])[0]
    assert {name: row[name] for name in PROFILE} == PROFILE


def test_fields_that_the_form_does_not_ask_for_are_not_kept(app: Flask, client: Visitor) -> None:
    assert sign_up(client, job_title="Countess", status="active").status_code == 303
    assert "Countess" not in str(dump(app))
    [person] = rows_of(app, "subscribers", address_key=ADA.casefold())
    assert rows_of(app, "subscriptions", subscriber_id=person["id"])[0]["status"] == "pending"


def test_the_wording_on_the_page_is_the_one_that_is_recorded(app: Flask, client: Visitor) -> None:
    page = client.get("/forms/news").text
    shown = re.search(r'name="wording" type="hidden" value="(\w+)"', page)
    assert shown is not None
    assert WORDING in page
    sign_up(client, wording=shown[1])
    assert _consent(app)[0]["wording_hash"] == shown[1] == _hash(WORDING)


def test_an_edit_in_between_does_not_change_what_somebody_agreed_to(
    app: Flask, client: Visitor
) -> None:
    _edit_wording(app, "Other words.")
    assert "Other words." in client.get("/forms/news").text
    assert sign_up(client, wording=_hash(WORDING)).status_code == 303
    assert _consent(app)[0]["wording_hash"] == _hash(WORDING)
    assert WORDING in client.get(link_to(app, Purpose.CONFIRM)).text


def test_without_a_page_of_ours_the_present_wording_counts(app: Flask, client: Visitor) -> None:
    _edit_wording(app, "Other words.")
    sign_up(client)
    assert _consent(app)[0]["wording_hash"] == _hash("Other words.")


def test_a_wording_that_the_form_never_showed_is_asked_about_again(
    app: Flask, client: Visitor
) -> None:
    open_newsletter(app, "other", wording="Words of another form.")
    before = dump(app)
    answer = sign_up(client, wording=_hash("Words of another form."))
    assert answer.status_code == 422
    assert _hash(WORDING) in answer.text
    assert dump(app) == before


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
