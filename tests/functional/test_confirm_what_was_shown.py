"""What the page with the button said is what the button confirms."""

import re

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, sign_up


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    sign_up(client, topics=["art"])


def _shown(page: str) -> dict[str, str]:
    [value] = re.findall(r'name="shown" value="(\w+)"', page)
    return {"shown": value}


def _status(app: Flask) -> str:
    return str(rows_of(app, "subscriptions")[0]["status"])


def test_the_button_confirms_what_its_page_said(app: Flask, client: Visitor) -> None:
    link = link_to(app, Purpose.CONFIRM)
    assert client.post(link, data=_shown(client.get(link).text)).status_code == 200
    assert _status(app) == "active"


def test_a_request_that_changed_while_the_page_was_open_is_shown_and_not_confirmed(
    app: Flask, client: Visitor
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    before = _shown(client.get(link).text)
    sign_up(client, ADA, topics=["law"])
    answer = client.post(link, data=before)
    assert answer.status_code == 409
    assert "Law &amp; order" in answer.text
    assert _status(app) == "pending"
    assert client.post(link, data=_shown(answer.text)).status_code == 200
    assert _status(app) == "active"
