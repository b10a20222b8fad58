"""Consent for each way to be reached: mail, telephone, post; given, withdrawn and recorded."""

import html
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.managing import choose_channels, let_policy, manage_path, own_row
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, dump, link_to, open_newsletter, rows_of, subscribe

CALL = "Yes, you may call me about “The news letter” at the number that I gave."
WRITE = "Yes, you may write to me by post about “The news letter”"


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org", phone="+44 2")
    subscribe(app, client, phone="+44 1")
    deliver(app, smtp)
    let_policy(app, channels=("mail", "telephone", "post"))


@pytest.fixture
def path(app: Flask, client: Visitor, smtp: SmtpServer) -> str:
    """Ada's fresh link."""
    return manage_path(app, client, smtp)


def _steps(app: Flask) -> list[dict[str, Any]]:
    return rows_of(app, "consent_records", subscription_id=own_row(app)["id"])


def test_the_page_offers_the_channels_of_the_policy(app: Flask, client: Visitor, path: str) -> None:
    """MC11: control over the channel."""
    page = html.unescape(client.get(path).text)
    assert "By mail: you agreed, and confirmed it on 2 March 2026." in page
    assert CALL in page
    assert 'value="telephone" checked' not in page
    let_policy(app, channels=("mail",))
    assert CALL not in html.unescape(client.get(path).text)


def test_without_a_number_or_an_address_there_is_nothing_to_agree_to(
    app: Flask, client: Visitor, path: str
) -> None:
    page = html.unescape(client.get(path).text)
    assert WRITE not in page
    assert "By post: we have no postal address of yours." in page
    before = dump(app)
    assert choose_channels(app, client, path, "post").status_code == 422
    assert dump(app) == before


def test_consent_to_a_channel_is_recorded_with_its_words(
    app: Flask, client: Visitor, path: str, clock: FrozenClock
) -> None:
    """MC11."""
    answer = choose_channels(app, client, path, "telephone")
    assert "Your choice is recorded." in answer.text
    assert 'value="telephone" checked' in answer.text
    [row] = rows_of(app, "channel_consents")
    assert (row["subscription_id"], row["channel"]) == (own_row(app)["id"], "telephone")
    record = _steps(app)[-1]
    assert (record["step"], record["source"]) == ("given", "manage link")
    [wording] = rows_of(app, "wordings", hash=record["wording_hash"])
    assert wording["text"].startswith(CALL)
    assert wording["text"] in html.unescape(answer.text)


def test_it_is_withdrawn_as_easily_and_that_is_recorded_too(
    app: Flask, client: Visitor, path: str
) -> None:
    """MC11, MC12."""
    choose_channels(app, client, path, "telephone")
    answer = choose_channels(app, client, path)
    assert 'value="telephone" checked' not in answer.text
    assert rows_of(app, "channel_consents") == []
    assert [row["step"] for row in _steps(app)][-2:] == ["given", "withdrawn"]


def test_saving_what_is_so_already_records_nothing(app: Flask, client: Visitor, path: str) -> None:
    before = dump(app)
    answer = choose_channels(app, client, path)
    assert "That is how it was already." in answer.text
    assert dump(app) == before


def test_a_channel_that_the_policy_does_not_have_can_not_be_agreed_to(
    app: Flask, client: Visitor, path: str
) -> None:
    let_policy(app, channels=("mail",))
    before = dump(app)
    assert choose_channels(app, client, path, "telephone").status_code == 422
    assert dump(app) == before


def test_it_ends_with_the_subscription(app: Flask, client: Visitor, path: str) -> None:
    choose_channels(app, client, path, "telephone")
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert rows_of(app, "channel_consents") == []
