"""The manage link: who gets one, what asking tells and costs, and how long it works."""

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose, Reference
from tests.support.applications import Visitor
from tests.support.counting import counting
from tests.support.managing import act, ask, manage_path
from tests.support.smtp import SmtpServer
from tests.support.suppressions import entries, plant_entry
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    links_in,
    open_newsletter,
    path_of,
    rows_of,
    sign_up,
    subscribe,
)

STRANGER = "stranger@example.org"
ASKING = 7  # a savepoint and its end among them
END = {"RELEASE": "end of savepoint", "ROLLBACK": "end of savepoint"}


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> None:
    open_newsletter(app)
    open_newsletter(app, "other")
    subscribe(app, client, "noise@example.org", topics=["law"], name="Noise")
    subscribe(app, client, topics=["art"], name="Ada Lovelace")
    deliver(app, smtp)


def test_whoever_asks_gets_a_link_by_mail_that_opens_their_data(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM2, MC13, MG5: the mailed link is the proof of identity."""
    page = client.get(manage_path(app, client, smtp))
    assert page.status_code == 200
    assert ADA in page.text
    assert "noise@example.org" not in page.text


def test_it_can_be_asked_for_without_minding_case(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    assert ask(client, ADA.upper()).status_code == 303
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)


def test_the_notice_and_the_preference_centre_lead_there(app: Flask, client: Visitor) -> None:
    assert 'href="/manage"' in client.get("/privacy").text
    link = link_to(app, Purpose.PREFERENCES)
    assert f'action="{link}/manage-link"' in client.get(link).text


def test_the_preference_centre_mails_it_to_the_address_that_it_does_not_show(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    answer = client.post(f"{link_to(app, Purpose.PREFERENCES)}/manage-link")
    assert (answer.status_code, answer.location) == (303, "/manage/sent")
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert set(links_in(mail)) == {"manage"}


def test_the_answer_is_the_same_for_an_address_that_nobody_subscribed(
    app: Flask, client: Visitor
) -> None:
    answers = [ask(client, address) for address in (ADA, STRANGER, "new@example.org", ADA)]
    assert len({(one.status_code, one.data, str(one.headers)) for one in answers}) == 1
    assert client.get(answers[0].location).status_code == 200


def test_of_an_unknown_address_nothing_is_stored_and_no_mail_is_sent(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    before = dump(app)
    ask(client, STRANGER)
    assert dump(app) == before
    assert deliver(app, smtp) == []


def test_asking_costs_the_same_whether_the_address_is_known_or_not(
    app: Flask, client: Visitor
) -> None:
    costs = []
    for address in (ADA, STRANGER, ADA):  # the last one is held back by the cap
        with counting(app) as counted:
            assert ask(client, address).status_code == 303
        kinds = [statement.split()[0] for statement in counted.statements]
        assert (len(kinds), counted.commits) == (ASKING, 1), counted.statements
        costs.append([END.get(kind, kind) for kind in kinds])
    assert costs[0] == costs[1] == costs[2]


def test_the_cap_of_sign_ups_holds_here_too_and_is_counted_apart(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    sent = []
    for _ in range(6):
        ask(client)
        sent.append(len(deliver(app, smtp)))
        clock.advance(minutes=6)
    assert sent == [1, 0, 1, 0, 1, 0]
    clock.advance(days=1)
    ask(client)
    assert len(deliver(app, smtp)) == 1


@pytest.mark.settings(signup_limit="2 per 10 minutes")
def test_one_client_can_not_ask_without_end(client: Visitor) -> None:
    answers = [ask(client, STRANGER) for _ in range(3)]
    assert [one.status_code for one in answers] == [303, 303, 429]
    assert int(answers[2].headers["Retry-After"]) > 0


def test_what_is_no_address_is_told_at_once(client: Visitor) -> None:
    answer = ask(client, "ada@")
    assert answer.status_code == 422
    assert "like name@example.org" in answer.text


def test_somebody_who_has_not_confirmed_has_the_same_rights(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    sign_up(client, "pending@example.org")
    path = manage_path(app, client, smtp, "pending@example.org")
    assert "waits for your confirmation" in client.get(path).text
    assert act(client, path, "erase").status_code == 200
    assert not rows_of(app, "subscribers", address="pending@example.org")


def test_somebody_who_is_suppressed_meanwhile_can_still_use_their_rights_once_a_day(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    plant_entry(app, ADA)
    assert manage_path(app, client, smtp)
    clock.advance(minutes=11)
    ask(client)
    assert deliver(app, smtp) == []
    clock.advance(days=1)
    assert manage_path(app, client, smtp)
    assert len(entries(app)) == 1


def test_the_link_works_for_half_an_hour_and_then_says_how_to_get_another(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    path = manage_path(app, client, smtp)
    clock.advance(minutes=30)
    assert client.get(path).status_code == 200
    clock.advance(seconds=1)
    before = dump(app)
    for answer in (client.get(path), act(client, path, "erase"), client.get(f"{path}/data.json")):
        assert answer.status_code == 410
        assert "This link has expired" in answer.text
        assert 'href="/manage"' in answer.text
    assert dump(app) == before


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.MANAGE}))
def test_no_other_link_opens_it(app: Flask, client: Visitor, purpose: Purpose) -> None:
    ask(client)
    [row] = rows_of(app, "manage_links")
    token = path_of(app, purpose, Reference(row["reference"], 0)).rpartition("/")[2]
    assert client.get(f"/manage/{token}").status_code == 404
    assert act(client, f"/manage/{token}", "erase").status_code == 404


def test_a_shortened_link_is_no_link(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    path = manage_path(app, client, smtp)
    assert client.get(path[:-3]).status_code == 404


def test_after_an_erasure_it_leads_nowhere(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    path = manage_path(app, client, smtp)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    answer = client.get(path)
    assert answer.status_code == 410
    assert "This link is over" in answer.text
    assert rows_of(app, "manage_links") == []


def test_it_stays_good_when_one_of_two_subscriptions_ends(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    subscribe(app, client, form="other")
    path = manage_path(app, client, smtp)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    page = client.get(path).text
    assert "The other letter" in page
    assert "The news letter" not in page
