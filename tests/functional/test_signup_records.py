"""The record of consent: exactly what was agreed to, when, where and in which words."""

import hashlib
import re
from dataclasses import replace

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.form_editing import draft_of, edit_form
from subscriptions.newsletters.queries import newsletter_by_slug
from tests.support.applications import Visitor
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    dump,
    link_to,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WORDING = (
    "Yes, please send me “The news letter” by e-mail. I can withdraw this consent at any time with "
    "the unsubscribe link in every mail."
)

NO_MAIL_YET = dict.fromkeys(("mail_reference", "mail_at", "mail_hash"))


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org", topics=["law"], name="Noise")


def _edit_wording(app: Flask, wording: str) -> None:
    with app.app_context(), unit_of_work() as session:
        [form] = newsletter_by_slug(session, "news").forms
        edit_form(session, form, replace(draft_of(form), wording=wording))


def _hash(wording: str) -> str:
    return hashlib.sha256(wording.encode()).hexdigest()


def _consent(app: Flask, address: str = ADA) -> list[dict[str, object]]:
    [person] = rows_of(app, "subscribers", address_key=address.casefold())
    [subscription] = rows_of(app, "subscriptions", subscriber_id=person["id"])
    return rows_of(app, "consent_records", subscription_id=subscription["id"])


def test_the_first_step_is_recorded_as_it_happened(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MG1, MS4, MC1, MC11."""
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
        "evidence": None,
        "at": clock.now,
        "source": "form:news",
        "wording_hash": _hash(WORDING),
        "topics": ["art", "law"],
        "locale": "en",
        "client_address": "198.51.100.0/24",
        "user_agent": "Mozilla/5.0",
        **NO_MAIL_YET,
    }
    assert rows_of(app, "wordings", hash=_hash(WORDING))[0]["text"] == WORDING


def test_the_second_step_is_recorded_beside_the_first(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MG1, MS4."""
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
        "evidence": None,
        "at": clock.now,
        "source": "confirmation link",
        "wording_hash": requested["wording_hash"],
        "topics": ["art"],
        "locale": "en",
        "client_address": "2001:db8:1::/48",
        "user_agent": "curl/8.0",
        **NO_MAIL_YET,
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
