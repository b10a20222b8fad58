"""A change of address: asked for behind the manage link, confirmed by the new address."""

import pytest
from flask import Flask

from subscriptions.core.addresses import mask
from subscriptions.core.tokens import Purpose
from tests.support.applications import Visitor
from tests.support.exports import export_csv, read_csv
from tests.support.held import held
from tests.support.managing import (
    NEW,
    act,
    ask_new_address,
    manage_path,
    new_address_link,
    own_row,
    put_new_address,
)
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    open_newsletter,
    rows_of,
    subscribe,
)

NOISE = "noise@example.org"


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, NOISE, topics=["law"], name="Noise")
    subscribe(app, client, topics=["art"], name="Ada")
    deliver(app, smtp)


@pytest.fixture
def path(app: Flask, client: Visitor, smtp: SmtpServer) -> str:
    """Ada's fresh link."""
    return manage_path(app, client, smtp)


def _said(page: str) -> str:
    """What the page says before it lists what is held, the waiting address included."""
    return page.partition("<nav")[0]


def test_the_new_address_is_asked_and_until_then_nothing_changes(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    """Double opt-in on the new one (MM3, MG4)."""
    mail = ask_new_address(app, client, smtp, path)
    assert mail.recipients == (NEW,)
    assert "opens a page with a button" in mail.text()
    assert ADA not in mail.text()
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE, ADA]
    page = client.get(path).text
    assert f'A change to <bdi class="address">{NEW}</bdi> waits' in page


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_the_page_changes_nothing(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, method: str
) -> None:
    link = new_address_link(app, client, smtp, path)
    before = dump(app)
    answer = client.open(link, method=method)
    assert answer.status_code == 200
    assert dump(app) == before
    if method == "GET":
        assert mask(NEW) in answer.text
        assert NEW not in answer.text
        assert ADA not in answer.text


def test_pressing_the_button_changes_it(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    answer = client.post(new_address_link(app, client, smtp, path))
    assert answer.status_code == 200
    assert "Your address is changed" in answer.text
    assert [row["address"] for row in rows_of(app, "subscribers")] == [NOISE, NEW]
    assert rows_of(app, "address_changes") == []
    deliver(app, smtp)
    assert held(app, ADA) == []
    assert [row["email"] for row in read_csv(export_csv(app))] == [NOISE, NEW]


def test_the_old_address_is_told_but_not_which_is_the_new_one(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    client.post(new_address_link(app, client, smtp, path))
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert mail.content["Subject"] == "Your address at Example Organisation was changed"
    for text in (mail.raw.decode(), mail.text(), mail.text("html")):
        assert "augusta" not in text.casefold()
        assert "example.net" not in text.casefold()
    assert "privacy@example.org" in mail.text()


def test_the_old_address_is_told_even_if_all_is_erased_in_the_next_moment(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    client.post(new_address_link(app, client, smtp, path))
    client.post(link_to(app, Purpose.UNSUBSCRIBE, NEW))
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert held(app, ADA, NEW) == []


def test_the_consent_record_says_so_in_the_words_of_the_page(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    link = new_address_link(app, client, smtp, path)
    shown = client.get(link).text
    client.post(link)
    steps = rows_of(app, "consent_records", subscription_id=own_row(app, NEW)["id"])
    assert [row["step"] for row in steps] == ["requested", "confirmed", "address"]
    record = steps[-1]
    [wording] = rows_of(app, "wordings", hash=record["wording_hash"])
    assert wording["text"] in shown
    assert (record["source"], record["topics"]) == ("change of address", ["art"])
    assert record["client_address"] == "127.0.0.0/24"


def test_the_export_and_the_receipt_still_name_the_wording_of_the_opt_in(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    [before] = [row for row in read_csv(export_csv(app)) if row["email"] == ADA]
    client.post(new_address_link(app, client, smtp, path))
    [after] = [row for row in read_csv(export_csv(app)) if row["email"] == NEW]
    assert after == before | {"email": NEW}
    deliver(app, smtp)
    page = client.get(manage_path(app, client, smtp, NEW)).text
    token = page.partition("/receipt/")[2].partition('"')[0]
    receipt = client.get(f"/receipt/{token}").get_json()["dpv:hasRecordOfActivity"]
    assert [step["@type"] for step in receipt["dpv:hasConsentStatus"]] == [
        "dpv:ConsentRequested",
        "dpv:ConsentGiven",
    ]


def test_manage_links_from_before_are_over_and_those_to_leave_still_work(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    leave = link_to(app, Purpose.UNSUBSCRIBE)
    client.post(new_address_link(app, client, smtp, path))
    assert client.get(path).status_code == 410
    assert act(client, path, "erase").status_code == 410
    assert client.post(leave).status_code == 200
    deliver(app, smtp)
    assert held(app, NEW, ADA) == []


def test_a_second_press_changes_nothing_more(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    link = new_address_link(app, client, smtp, path)
    client.post(link)
    before = dump(app)
    assert client.post(link).status_code == 410
    assert dump(app) == before


def test_the_link_works_for_a_day_and_the_address_is_then_forgotten(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    """MM7: what was never confirmed goes."""
    link = new_address_link(app, client, smtp, path)
    clock.advance(hours=24)
    assert client.get(link).status_code == 200
    clock.advance(seconds=1)
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert "This link has expired" in answer.text
    assert app.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0
    assert held(app, NEW) == []
    assert own_row(app)


def test_a_newer_wish_replaces_an_older_one(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    first = new_address_link(app, client, smtp, path, "first@example.net")
    clock.advance(minutes=11)
    second = new_address_link(app, client, smtp, path, "second@example.net")
    assert client.post(first).status_code == 410
    assert client.post(second).status_code == 200
    assert [row["address"] for row in rows_of(app, "subscribers")][1] == "second@example.net"


def test_new_addresses_are_mailed_no_more_often_than_sign_ups(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    assert put_new_address(client, path, "one@example.net") == 200
    clock.advance(minutes=9)
    assert put_new_address(client, path, "two@example.net") == 409
    assert [mail.recipients for mail in deliver(app, smtp)] == [("one@example.net",)]
    clock.advance(minutes=1)
    assert put_new_address(client, path, "two@example.net") == 200


@pytest.mark.parametrize("wrong", [ADA, ADA.upper(), "augusta@", ""])
def test_what_can_not_be_is_told_at_once(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, wrong: str
) -> None:
    before = dump(app)
    answer = act(client, path, "address", **{"new-email": wrong})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert dump(app) == before
    assert deliver(app, smtp) == []


def test_asking_tells_nobody_whether_the_new_address_is_subscribed(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str, clock: FrozenClock
) -> None:
    free = act(client, path, "address", **{"new-email": NEW})
    clock.advance(minutes=11)
    taken = act(client, path, "address", **{"new-email": NOISE})
    assert taken.status_code == free.status_code
    assert _said(taken.text) == _said(free.text)
    assert [mail.recipients for mail in deliver(app, smtp)] == [(NEW,), (NOISE,)]


def test_an_address_with_subscriptions_of_its_own_is_told_so_and_nothing_changes(
    app: Flask, client: Visitor, smtp: SmtpServer, path: str
) -> None:
    link = new_address_link(app, client, smtp, path, NOISE)
    before = dump(app)
    answer = client.post(link)
    assert answer.status_code == 409
    assert "Nothing has been changed" in answer.text
    assert dump(app) == before
    assert deliver(app, smtp) == []


def test_a_new_address_gets_three_mails_a_day_however_many_people_name_it(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    statuses = []
    for number in range(4):
        owner = f"own{number}@example.org"
        subscribe(app, client, owner)
        path = manage_path(app, client, smtp, owner)
        statuses.append(put_new_address(client, path))
    assert statuses == [200, 200, 200, 429]
    assert put_new_address(client, path, "other@example.net") == 200
    deliver(app, smtp)
    asked = [mail.recipients for mail in smtp.messages if "/address/" in mail.text()]
    assert asked == [(NEW,)] * 3 + [("other@example.net",)]
    assert "augusta" not in str(rows_of(app, "rate_limits")).casefold()
