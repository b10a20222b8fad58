"""Permission to count opens and clicks: asked where the policy may, off until given, GPC wins."""

import html
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import current_session
from subscriptions.privacy.policy.model import TrackingRules
from subscriptions.privacy.tracking import tracking_allowed
from tests.support.applications import Visitor
from tests.support.managing import act, let_policy, manage_path, own_row
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, dump, link_to, open_newsletter, rows_of, subscribe

pytestmark = pytest.mark.settings(policy="mail-manager")
COUNT = "Yes, you may count which mails of “The news letter” I open and which links"
TICKED = 'checked id="tracking"'
RESPECTED = "Your browser asks not to be tracked. We respect that"
CHOICES = {"frequency": "every", "locale": "en"}
OBJECTIONS = ({"DNT": "1"}, {"Sec-GPC": "1"})


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    assert clock.now
    open_newsletter(app)
    subscribe(app, client, "noise@example.org")
    subscribe(app, client)
    deliver(app, smtp)


def _save(app: Flask, client: Visitor, *, ticked: bool, **headers: str) -> str:
    """Save the preference centre; return the page that comes of it."""
    sent = CHOICES | ({"tracking": "y"} if ticked else {})
    answer = client.post(link_to(app, Purpose.PREFERENCES), data=sent, headers=headers)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def _allowed(app: Flask, *, browser_objects: bool = False) -> bool:
    subscription = own_row(app)["id"]
    with app.app_context():
        return tracking_allowed(current_session(), subscription, browser_objects=browser_objects)


def _steps(app: Flask) -> list[dict[str, Any]]:
    return rows_of(app, "consent_records", subscription_id=own_row(app)["id"])[2:]


def test_it_is_offered_unticked_and_saving_without_it_gives_nothing(
    app: Flask, client: Visitor
) -> None:
    """MM8, MC4, MG2."""
    page = html.unescape(client.get(link_to(app, Purpose.PREFERENCES)).text)
    assert COUNT in page
    assert TICKED not in page
    _save(app, client, ticked=False)
    assert (_allowed(app), _steps(app)) == (False, [])


def test_it_is_given_and_withdrawn_by_one_box_and_recorded_with_its_words(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM8, MC4, MC12."""
    assert TICKED in _save(app, client, ticked=True)
    _save(app, client, ticked=True)
    assert _allowed(app)
    path = manage_path(app, client, smtp)
    assert "we may count what you open and click" in client.get(path).text
    assert '"channel": "tracking"' in client.get(f"{path}/data.json").text
    _save(app, client, ticked=False)
    assert not _allowed(app)
    given, withdrawn = _steps(app)
    assert (given["step"], withdrawn["step"]) == ("given", "withdrawn")
    assert (given["source"], given["client_address"]) == ("preferences", "127.0.0.0/24")
    [wording] = rows_of(app, "wordings", hash=given["wording_hash"])
    assert wording["text"].startswith(COUNT)


@pytest.mark.parametrize("header", OBJECTIONS, ids=str)
def test_the_browsers_wish_wins_over_a_permission(
    app: Flask, client: Visitor, header: dict[str, str]
) -> None:
    """MP7."""
    _save(app, client, ticked=True)
    page = html.unescape(client.get(link_to(app, Purpose.PREFERENCES), headers=header).text)
    assert RESPECTED in page
    assert COUNT not in page
    assert not _allowed(app, browser_objects=True)
    assert _allowed(app), "looking withdraws nothing"
    assert RESPECTED in _save(app, client, ticked=True, **header)
    assert not _allowed(app)
    assert [step["step"] for step in _steps(app)] == ["given", "withdrawn"]


def test_no_other_value_of_the_headers_says_anything(app: Flask, client: Visitor) -> None:
    for header in ({"DNT": "0"}, {"Sec-GPC": "0"}, {"DNT": ""}, {"Sec-GPC": "true"}):
        page = client.get(link_to(app, Purpose.PREFERENCES), headers=header).text
        assert RESPECTED not in page, header


def test_a_policy_that_does_not_track_neither_asks_nor_takes_a_yes(
    app: Flask, client: Visitor
) -> None:
    """MG15."""
    _save(app, client, ticked=True)
    let_policy(app, tracking=TrackingRules())
    assert not _allowed(app)
    page = client.get(link_to(app, Purpose.PREFERENCES), headers={"DNT": "1"}).text
    assert "track" not in page.casefold()
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    subscribe(app, client)
    page = _save(app, client, ticked=True)
    assert COUNT not in page
    assert rows_of(app, "channel_consents") == []


def test_it_ends_with_the_subscription_and_rests_while_that_is_restricted(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    _save(app, client, ticked=True)
    path = manage_path(app, client, smtp)
    act(client, path, "restrict")
    assert not _allowed(app)
    act(client, path, "lift")
    assert _allowed(app)
    subscription = own_row(app)["id"]
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert rows_of(app, "channel_consents") == []
    with app.app_context():
        assert not tracking_allowed(current_session(), subscription, browser_objects=False)


def test_the_manage_page_gives_and_withdraws_it_too(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM8, MP7."""
    path, own = manage_path(app, client, smtp), own_row(app)
    assert COUNT in html.unescape(client.get(path).text)
    chosen = {"subscription": own["reference"], f"count{own['id']}-tracking": "y"}
    assert "Your choice is recorded." in act(client, path, "tracking", **chosen).text
    assert _allowed(app)
    page = client.get(path, headers={"Sec-GPC": "1"}).text
    assert RESPECTED in page
    assert "Withdraw the permission" in page
    objected = client.post(path, data={"action": "tracking", **chosen}, headers={"DNT": "1"})
    assert objected.status_code == 200
    assert not _allowed(app)
    before = dump(app)
    let_policy(app, tracking=TrackingRules())
    assert act(client, path, "tracking", **chosen).status_code == 422
    assert dump(app) == before
