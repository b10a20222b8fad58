"""Behind the manage link: correct, restrict, object, erase, and the mails that say so."""

import html
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.exports import addresses
from tests.support.held import held
from tests.support.managing import act, correct, let_policy_notify, manage_path, own_row
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries
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

PROFILE = {"name": "Ada", "company": "", "phone": "", "postal_address": ""}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "noise@example.org", topics=["law"], name="Noise")
    subscribe(app, client, topics=["art"], name="Ada", company="Engines")
    deliver(app, smtp)


@pytest.fixture
def path(app: Flask, client: Visitor, smtp: SmtpServer) -> str:
    """Ada's fresh link."""
    return manage_path(app, client, smtp)


def _profile(app: Flask) -> dict[str, Any]:
    rows = rows_of(app, "profiles", subscription_id=own_row(app)["id"])
    return {name: value for row in rows for name, value in row.items() if value}


def test_what_is_wrong_can_be_corrected(app: Flask, client: Visitor, path: str) -> None:
    """MM3, MG4, MP1, MC13."""
    changes = PROFILE | {"name": "Augusta Lovelace", "phone": "+44 1", "locale": "de"}
    answer = correct(app, client, path, **changes)
    assert answer.status_code == 200
    assert "Ihre Daten sind berichtigt." in answer.text  # the language is among what was corrected
    assert 'value="Augusta Lovelace"' in answer.text
    assert own_row(app)["locale"] == "de"
    own = _profile(app)
    assert (own["name"], own["phone"], "company" in own) == ("Augusta Lovelace", "+44 1", False)
    assert [row["name"] for row in rows_of(app, "profiles")] == ["Noise", "Augusta Lovelace"]


def test_what_is_emptied_everywhere_leaves_no_row(app: Flask, client: Visitor, path: str) -> None:
    correct(app, client, path, **PROFILE | {"name": "", "locale": "en"})
    assert _profile(app) == {}


def test_only_what_the_forms_ask_for_can_be_filled_in(
    app: Flask, client: Visitor, path: str
) -> None:
    correct(app, client, path, **PROFILE | {"job_title": "Countess", "locale": "en"})
    assert "job_title" not in _profile(app)


@pytest.mark.parametrize(
    ("field", "value"), [("name", "x" * 201), ("name", "two\nlines"), ("locale", "xx")]
)
def test_what_can_not_be_is_told_and_nothing_is_changed(
    app: Flask, client: Visitor, path: str, field: str, value: str
) -> None:
    before = dump(app)
    answer = correct(app, client, path, **PROFILE | {"locale": "en", field: value})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert dump(app) == before


def test_nobody_corrects_what_belongs_to_somebody_else(
    app: Flask, client: Visitor, path: str
) -> None:
    before = dump(app)
    noise = own_row(app, "noise@example.org")
    sent = {f"own{noise['id']}-name": "Eve", f"own{noise['id']}-locale": "en"}
    answer = act(client, path, "correct", subscription=noise["reference"], **sent)
    assert answer.status_code == 404
    assert dump(app) == before


def test_who_is_restricted_keeps_everything_and_receives_nothing(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    """MP3: no end date; Article 18."""
    before = _profile(app)
    clock.advance(minutes=11)
    sign_up(client)  # its mail waits, and must not go out any more
    answer = act(client, path, "restrict")
    assert "We keep it and send you nothing." in answer.text
    assert deliver(app, smtp) == []
    clock.advance(days=400)
    assert app.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0
    sign_up(client)
    assert deliver(app, smtp) == []
    assert addresses(app) == addresses(app, "all") == ["noise@example.org"]
    assert own_row(app)["restricted_at"] is not None
    assert _profile(app) == before


def test_the_restriction_can_be_lifted_by_the_person(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    """MP3."""
    act(client, path, "restrict")
    clock.advance(days=30)
    path = manage_path(app, client, smtp)
    assert "restricted since 2 March 2026" in client.get(path).text
    answer = act(client, path, "lift")
    assert "The restriction is lifted." in answer.text
    assert own_row(app)["restricted_at"] is None
    assert ADA in addresses(app)


def test_what_was_never_confirmed_can_not_be_kept_by_a_restriction(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    sign_up(client, "pending@example.org")
    path = manage_path(app, client, smtp, "pending@example.org")
    assert "Restrict my data" not in client.get(path).text
    assert act(client, path, "restrict").status_code == 409
    assert own_row(app, "pending@example.org")["restricted_at"] is None


def test_everything_is_erased_at_once(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    """MM4, MP1, MP6, MC13, MS5."""
    subscribe(app, client, form="other", name="Countess")
    smtp.defer()
    act(client, path, "address", **{"new-email": "augusta@example.org"})
    answer = act(client, path, "erase")
    page = html.unescape(answer.text)
    assert answer.status_code == 200
    assert "Your data is erased" in page
    assert "Address, topics, frequency and language" in page
    assert "Journal of erasures, until 6 April 2027." in page
    assert "keyed hash" not in page
    assert held(app, ADA, "Countess", "augusta@example.org") == []
    assert entries(app) == []
    assert [row["address"] for row in rows_of(app, "subscribers")] == ["noise@example.org"]
    assert not {"manage_links", "address_changes"} & sizes(app).keys()
    assert client.get(path).status_code == 410


def test_who_objects_is_erased_and_never_written_to_again(
    app: Flask, client: Visitor, path: str
) -> None:
    """MM5: the objection outlives the erasure, and the page says so."""
    answer = act(client, path, "object")
    page = html.unescape(answer.text)
    assert "We will not write to you again" in page
    assert "That we must not write to an address, until 1 March 2028." in page
    assert held(app, ADA) == []
    assert entries(app) == [(None, "objection")]


def test_what_ends_is_counted_like_any_departure(app: Flask, client: Visitor, path: str) -> None:
    act(client, path, "erase")
    assert [row["count"] for row in rows_of(app, "daily_counts", event="unsubscribed")] == [1]


def test_the_policy_decides_whether_a_mail_says_that_data_was_changed(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    """MP4."""
    correct(app, client, path, **PROFILE | {"locale": "en"})
    assert deliver(app, smtp) == []
    let_policy_notify(app)
    correct(app, client, path, **PROFILE | {"name": "Augusta", "locale": "en"})
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert mail.content["Subject"] == "Your data at Example Organisation was changed"
    assert "Augusta" not in mail.text()
    correct(app, client, path, **PROFILE | {"name": "Augusta", "locale": "en"})
    assert deliver(app, smtp) == []  # nothing was changed


@pytest.mark.parametrize("action", ["erase", "object"])
def test_the_last_mail_says_that_data_was_erased_and_takes_the_address_along(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, action: str
) -> None:
    """MP4: notified, then the address goes too."""
    let_policy_notify(app)
    answer = act(client, path, action)
    assert "One last mail confirms it." in answer.text
    [waiting] = rows_of(app, "outbox_messages")
    assert waiting["subscriber_id"] is None
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert mail.content["Subject"] == "Your data at Example Organisation is erased"
    assert links_in(mail) == {}
    assert held(app, ADA) == []


def test_without_such_a_policy_no_mail_follows_an_erasure(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    answer = act(client, path, "erase")
    assert "One last mail" not in answer.text
    assert deliver(app, smtp) == []


def test_leaving_still_works_with_the_link_of_any_mail_while_restricted(
    app: Flask, client: Visitor, path: str
) -> None:
    act(client, path, "restrict")
    assert client.post(link_to(app, Purpose.UNSUBSCRIBE)).status_code == 200
    assert held(app, ADA) == []
