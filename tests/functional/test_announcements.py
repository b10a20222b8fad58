"""One mail to everybody who is subscribed: nobody left out, nobody twice, nobody else."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from subscriptions.core import batches, clock
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.roles import Role
from subscriptions.subscribers import announcing
from subscriptions.subscribers.announcing import Announced, promise_some
from subscriptions.subscribers.models import Subscription
from tests.support.announcements import announce_in, announced, promise
from tests.support.applications import Visitor, run_jobs
from tests.support.operators import desk_of, make_operator
from tests.support.smtp import SmtpServer
from tests.support.suppressions import plant_entry
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    link_to,
    links_in,
    newsletter_id,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

BOB, EVE, PENDING = "bob@example.org", "eve@example.org", "pending@example.org"


@pytest.fixture(autouse=True)
def _readers(app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock) -> None:
    """Ada reads both newsletters, Bob and Eve one each, and somebody never confirmed."""
    assert clock.now
    for slug in ("news", "tips"):
        open_newsletter(app, slug)
        subscribe(app, client, ADA, slug)
    subscribe(app, client, BOB)
    subscribe(app, client, EVE, "tips")
    sign_up(client, PENDING)
    run_jobs(app)
    smtp.messages.clear()


def _state(app: Flask) -> dict[str, object]:
    [row] = rows_of(app, "announcements")
    return row


def _be_killed_while_promising() -> None:
    with unit_of_work() as session:
        assert promise_some(session, 1) == 1
        raise SystemExit


def test_who_reads_several_newsletters_gets_one_mail_and_who_never_confirmed_none(
    app: Flask, smtp: SmtpServer
) -> None:
    """MS2."""
    announce_in(app)
    assert set(announced(app, smtp)) == {ADA, BOB, EVE}
    assert (_state(app)["queued"], _state(app)["people"]) == (3, 3)
    assert _state(app)["finished_at"] == clock.now()


def test_what_concerns_some_newsletters_goes_to_their_readers(app: Flask, smtp: SmtpServer) -> None:
    announce_in(app, newsletters=("news",))
    assert set(announced(app, smtp)) == {ADA, BOB}
    assert (_state(app)["queued"], _state(app)["people"]) == (2, 2)


def test_restricted_and_paused_people_are_told_as_well(app: Flask, smtp: SmtpServer) -> None:
    """MP3: they receive no issues; this is none."""
    with app.app_context(), unit_of_work() as session:
        session.execute(
            update(Subscription)
            .where(Subscription.newsletter_id == newsletter_id(app, "tips"))
            .values(restricted_at=clock.now(), paused_until=date(2027, 1, 1))
        )
    announce_in(app, newsletters=("tips",))
    assert set(announced(app, smtp)) == {ADA, EVE}


def test_what_is_killed_in_between_leaves_nobody_out_and_mails_nobody_twice(
    app: Flask, smtp: SmtpServer
) -> None:
    announce_in(app)
    with app.app_context():
        with unit_of_work() as session:
            assert promise_some(session, 1) == 1
        with pytest.raises(SystemExit):
            _be_killed_while_promising()
    assert _state(app)["queued"] == 1
    promise(app)
    promise(app)
    assert set(announced(app, smtp)) == {ADA, BOB, EVE}
    assert _state(app)["queued"] == 3


def test_who_signs_up_afterwards_is_not_told_of_it(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    announce_in(app)
    subscribe(app, client, "later@example.org")
    mails = [(mail.recipients[0], mail.content["Subject"]) for mail in deliver(app, smtp)]
    assert {who for who, subject in mails if "privacy notice" in subject} == {ADA, BOB, EVE}


def test_who_leaves_while_the_mail_waits_gets_none(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MG3: excluded at once, also from what is queued already."""
    announce_in(app, newsletters=("news",))
    promise(app)
    client.post(link_to(app, Purpose.UNSUBSCRIBE, BOB))
    assert set(announced(app, smtp)) == {ADA}


def test_a_suppressed_address_is_not_mailed(app: Flask, smtp: SmtpServer) -> None:
    plant_entry(app, BOB)
    announce_in(app)
    assert set(announced(app, smtp)) == {ADA, EVE}


def test_the_same_thing_is_announced_once(app: Flask, smtp: SmtpServer) -> None:
    announce_in(app)
    with pytest.raises(Announced):
        announce_in(app)
    announce_in(app, "policy 2")
    assert len(rows_of(app, "announcements")) == 2


def test_confirmation_mails_don_t_queue_behind_everybody(
    app: Flask, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "FIRST_BATCH", 1)
    monkeypatch.setattr(batches, "LARGEST_BATCH", 1)
    monkeypatch.setattr(announcing, "MOST_WAITING", 2)
    announce_in(app)
    promise(app)
    assert len(rows_of(app, "outbox_messages")) == 2
    assert _state(app)["finished_at"] is None
    assert set(announced(app, smtp)) == {ADA, BOB}
    promise(app)
    assert set(announced(app, smtp)) == {EVE}


def test_operators_see_how_far_it_has_got(
    app: Flask, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_operator(app, "op@example.org", None, {"tips": Role.VIEWER})
    desk = desk_of(app, "op@example.org")
    run_jobs(app)
    assert "Nothing was announced yet." in desk.get("/admin/announcements").text
    monkeypatch.setattr(batches, "FIRST_BATCH", 1)
    monkeypatch.setattr(batches, "LARGEST_BATCH", 1)
    monkeypatch.setattr(announcing, "MOST_WAITING", 2)
    announce_in(app)
    assert "Not begun" in desk.get("/admin/announcements").text
    promise(app)
    assert "2 of 3" in desk.get("/admin/announcements").text
    announced(app, smtp)
    promise(app)
    page = desk.get("/admin/announcements").text
    assert "3 of 3" in page
    assert "Every newsletter" in page


def test_the_mail_can_be_unsubscribed_from_with_one_click(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    """MM1, MC6."""
    announce_in(app)
    mail = announced(app, smtp)[ADA]
    links = links_in(mail)
    assert mail.content["List-Id"] == "<news.news.example.org>"
    assert mail.content["List-Unsubscribe"] == f"<https://news.example.org{links['unsubscribe']}>"
    assert mail.content["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.get(links["preferences"]).status_code == 200
