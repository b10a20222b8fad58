"""Delivery: what the mail server does decides what becomes of a mail, and of the others."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail import delivery, transport
from subscriptions.mail.delivery import deliver_due
from subscriptions.mail.outbox import LEASE, RETRY_AFTER, queue_mail
from tests.support.applications import Visitor
from tests.support.ports import free_port
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, rows_of, sign_up

BOB = "bob@example.org"
INTERNATIONAL = "josé@exämple.org"


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, clock: FrozenClock) -> None:
    open_newsletter(app)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a server that says nothing: a busy machine must not be taken for one."""
    monkeypatch.setattr(transport, "TIMEOUT", 0.3)


def _deliver(app: Flask) -> None:
    with app.app_context():
        deliver_due()


def _waiting(app: Flask) -> list[dict[str, object]]:
    return rows_of(app, "outbox_messages")


def test_a_mail_that_was_sent_leaves_no_row(app: Flask, client: Visitor, smtp: SmtpServer) -> None:
    sign_up(client)
    _deliver(app)
    assert [message.recipients for message in smtp.messages] == [(ADA,)]
    assert _waiting(app) == []
    _deliver(app)
    assert len(smtp.messages) == 1


def test_who_is_refused_for_good_is_a_dead_letter_and_the_others_get_their_mail(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    smtp.refuse(ADA)
    sign_up(client)
    sign_up(client, BOB)
    _deliver(app)
    assert [message.recipients for message in smtp.messages] == [(BOB,)]
    [dead] = _waiting(app)
    assert dead["dead_at"] == clock.now
    assert dead["last_error"] == "recipient refused (550)"
    clock.advance(days=2)
    _deliver(app)
    assert smtp.attempts == 2


def test_who_is_put_off_is_tried_again_with_the_same_message(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    smtp.defer(ADA)
    sign_up(client)
    _deliver(app)
    assert smtp.messages == []
    [row] = _waiting(app)
    assert row["due_at"] == clock.now + RETRY_AFTER[0]
    smtp.reset()
    _deliver(app)
    assert smtp.messages == []
    clock.advance(seconds=RETRY_AFTER[0].total_seconds())
    _deliver(app)
    [message] = smtp.messages
    assert message.content["Message-ID"] == f"<{row['reference']}@news.example.org>"
    assert _waiting(app) == []


def test_the_pauses_grow_and_after_the_last_one_it_is_a_dead_letter(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    smtp.defer()
    sign_up(client)
    for attempt, pause in enumerate(RETRY_AFTER, start=1):
        _deliver(app)
        [row] = _waiting(app)
        assert (row["attempts"], row["due_at"]) == (attempt, clock.now + pause)
        assert row["dead_at"] is None
        clock.advance(seconds=pause.total_seconds())
    _deliver(app)
    [row] = _waiting(app)
    assert row["dead_at"] == clock.now
    assert smtp.attempts == len(RETRY_AFTER) + 1
    assert sorted(RETRY_AFTER) == RETRY_AFTER
    assert sum(RETRY_AFTER, timedelta()) > timedelta(days=1)


def test_the_same_message_is_sent_when_the_first_answer_was_lost(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    smtp.lose_reply()
    sign_up(client)
    _deliver(app)
    smtp_copy = list(smtp.messages)
    smtp.reset()
    clock.advance(minutes=1)
    _deliver(app)
    first, second = smtp_copy[0].content, smtp.messages[0].content
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert smtp_copy[0].text() == smtp.messages[0].text()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["hang", "drop"])
def test_a_server_that_fails_in_the_middle_keeps_nothing(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock, fault: str
) -> None:
    getattr(smtp, fault)()
    sign_up(client)
    sign_up(client, BOB)
    _deliver(app)
    assert len(_waiting(app)) == 2
    assert smtp.attempts == 2
    assert all(row["dead_at"] is None for row in _waiting(app))
    smtp.reset()
    clock.advance(minutes=1)
    _deliver(app)
    assert {message.recipients for message in smtp.messages} == {(ADA,), (BOB,)}


def test_a_server_that_is_away_costs_nothing_but_time(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    smtp.stop()
    assert sign_up(client).status_code == 303
    assert sign_up(client, BOB).status_code == 303
    _deliver(app)
    assert [row["attempts"] for row in _waiting(app)] == [1, 1]
    smtp.start()
    clock.advance(minutes=1)
    _deliver(app)
    assert {message.recipients for message in smtp.messages} == {(ADA,), (BOB,)}
    assert _waiting(app) == []


def test_an_international_address_is_sent_as_such(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    sign_up(client, INTERNATIONAL)
    sign_up(client, "ada@exämple.org")
    _deliver(app)
    recipients = {message.recipients for message in smtp.messages}
    assert recipients == {("josé@xn--exmple-cua.org",), ("ada@xn--exmple-cua.org",)}
    assert all("Please confirm" in message.content["Subject"] for message in smtp.messages)


class _OldServer:
    """A server from before RFC 6531."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        """Called by aiosmtpd when the content is complete."""
        self.recipients += envelope.rcpt_tos  # type: ignore[attr-defined]
        return "250 OK"


PORT = free_port()


@pytest.fixture
def old_server() -> Iterator[_OldServer]:
    server = _OldServer()
    controller = Controller(server, "127.0.0.1", PORT, enable_SMTPUTF8=False)
    controller.start()
    yield server
    controller.stop()


@pytest.mark.settings(smtp_url=f"smtp://127.0.0.1:{PORT}")
def test_a_server_that_takes_no_international_addresses_makes_a_dead_letter(
    app: Flask, client: Visitor, old_server: _OldServer
) -> None:
    for address in (INTERNATIONAL, "ada@exämple.org", BOB):
        sign_up(client, address)
    _deliver(app)
    assert sorted(old_server.recipients) == ["ada@xn--exmple-cua.org", BOB]
    [dead] = _waiting(app)
    assert dead["dead_at"] is not None
    assert "RFC 6531" in str(dead["last_error"])


def test_two_workers_never_send_the_same_mail_twice(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    addresses = {f"{number}@example.org" for number in range(50)}
    for address in addresses:
        sign_up(client, address)
    workers = [threading.Thread(target=_deliver, args=(app,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(message.recipients[0] for message in smtp.messages) == sorted(addresses)
    assert _waiting(app) == []


class _Erasing:
    """Ends somebody's subscription at the moment the server hears their name."""

    def __init__(self, app: Flask, smtp: SmtpServer, link: str) -> None:
        self._take = smtp.handle_RCPT
        self._erase = threading.Thread(target=lambda: Visitor(app).post(link))

    async def __call__(
        self, server: object, session: object, envelope: object, address: str, options: object
    ) -> str:
        """In place of aiosmtpd's hook."""
        if self._erase.ident is None:
            self._erase.start()
            self._erase.join()
        return await self._take(server, session, envelope, address, options)  # type: ignore[arg-type]


@pytest.mark.parametrize("reply", ["250 OK", "451 4.3.0 Later", "550 5.1.1 Never"])
def test_who_is_erased_while_the_mail_is_on_its_way_leaves_nothing_behind(
    app: Flask, client: Visitor, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch, reply: str
) -> None:
    sign_up(client)
    sign_up(client, BOB)
    if not reply.startswith("250"):
        smtp.refuse(ADA, reply=reply)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    monkeypatch.setattr(smtp, "handle_RCPT", _Erasing(app, smtp, link))
    _deliver(app)
    assert _waiting(app) == []
    assert BOB in {message.recipients[0] for message in smtp.messages}
    assert ADA not in str(rows_of(app, "subscribers"))


def test_who_is_erased_while_leased_is_not_sent_anything(
    app: Flask, client: Visitor, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(client, BOB)
    sign_up(client)
    link = link_to(app, Purpose.UNSUBSCRIBE)
    monkeypatch.setattr(smtp, "handle_RCPT", _Erasing(app, smtp, link))
    _deliver(app)
    assert [message.recipients for message in smtp.messages] == [(BOB,)]


def test_what_a_dead_worker_had_taken_is_sent_when_its_lease_ends(
    app: Flask,
    client: Visitor,
    smtp: SmtpServer,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    sign_up(client)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_deliver", die)
        with pytest.raises(KeyboardInterrupt):
            _deliver(app)
    _deliver(app)
    assert smtp.messages == []
    clock.advance(seconds=LEASE.total_seconds())
    _deliver(app)
    assert len(smtp.messages) == 1


def test_a_mail_that_can_not_be_built_does_not_hold_up_the_others(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    with app.app_context(), unit_of_work() as session:
        queue_mail(session, "no_such_template", BOB, "en", {})
    sign_up(client)
    _deliver(app)
    assert [message.recipients for message in smtp.messages] == [(ADA,)]
    [dead] = _waiting(app)
    assert dead["dead_at"] is not None
