"""No loss: real processes are killed, and what was answered with 303 is still true."""

import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import closing
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from tests.support.fixtures.services import MakeService
from tests.support.service import Service
from tests.support.smtp import SmtpServer
from tests.support.waiting import wait_until


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(_NoRedirect)


def _request(url: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and body of a GET, or of a POST with these fields; redirects are not followed."""
    data = None if fields is None else urllib.parse.urlencode(fields).encode()
    try:
        answer: HTTPResponse = OPENER.open(url, data, timeout=30)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    with answer:
        return answer.status, answer.read().decode()


def _sign_up(service: Service, address: str) -> int:
    return _request(f"{service.url}/forms/news", {"email": address, "consent": "y"})[0]


def _link(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body(("plain",))
    words = str(body.get_content()).split() if body else []
    return next(word for word in words if f"/{kind}/" in word)


def _rows(service: Service, statement: str, *parameters: object) -> list[Any]:
    with closing(sqlite3.connect(service.data_dir / "assent.sqlite", timeout=10)) as database:
        return database.execute(statement, parameters).fetchall()


def _places_of(folder: Path, address: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and address.encode() in path.read_bytes().lower()
    ]


def test_what_was_answered_survives_a_kill_of_every_process_at_once(
    make_service: MakeService, smtp: SmtpServer
) -> None:
    service = make_service(ASSENT_SMTP_URL=smtp.url)
    service.start()
    addresses = [f"person-{number}@example.org" for number in range(12)]
    assert [_sign_up(service, address) for address in addresses] == [303] * len(addresses)
    service.kill()
    before = {message.recipients[0] for message in smtp.messages}
    kept = {row[0] for row in _rows(service, "SELECT address FROM subscribers")}
    promised = {row[0] for row in _rows(service, "SELECT recipient FROM outbox_messages")}
    assert kept == set(addresses)
    assert before | promised == set(addresses)
    service.start()
    wait_until("empty outbox", lambda: not _rows(service, "SELECT id FROM outbox_messages"), 30)
    arrived = Counter(message.recipients[0] for message in smtp.messages)
    assert set(arrived) == set(addresses)
    ids = {(message.recipients[0], message.content["Message-ID"]) for message in smtp.messages}
    assert len(ids) == len(addresses)
    # Only what the server had when we were killed may come again.
    assert sum(arrived.values()) - len(addresses) <= len(before & promised)


def test_a_mail_that_the_killed_worker_was_sending_comes_again_with_the_same_id(
    make_service: MakeService, smtp: SmtpServer
) -> None:
    service = make_service(ASSENT_SMTP_URL=smtp.url)
    service.start()
    smtp.hang()
    assert _sign_up(service, "ada@example.org") == 303
    wait_until("attempt", lambda: smtp.attempts)
    [(reference,)] = _rows(service, "SELECT reference FROM outbox_messages")
    service.kill()
    smtp.reset()
    service.start()
    [message] = smtp.wait_for(1, seconds=30)
    assert message.content["Message-ID"] == f"<{reference}@127.0.0.1>"


def test_a_mail_server_that_hangs_or_is_away_neither_slows_nor_fails_a_sign_up(
    make_service: MakeService, smtp: SmtpServer
) -> None:
    service = make_service(ASSENT_SMTP_URL=smtp.url)
    service.start()
    smtp.hang()
    began = time.monotonic()
    assert _sign_up(service, "hanging@example.org") == 303
    wait_until("attempt", lambda: smtp.attempts)
    smtp.stop()
    assert [_sign_up(service, f"{number}@example.org") for number in range(5)] == [303] * 5
    assert time.monotonic() - began < 10  # the server's silence is waited for longer
    assert "Traceback" not in service.log


def test_the_whole_way_leaves_no_byte_of_the_address_within_a_minute(
    make_service: MakeService,
) -> None:
    address = "byte.by.byte@example.org"
    service = make_service()
    service.start()
    assert _sign_up(service, "noise@example.org") == 303
    assert _sign_up(service, address) == 303
    confirm = _link(service.wait_for_mail(address), "confirm")
    status, page = _request(confirm, {})
    assert status == 200
    assert _places_of(service.data_dir, address)
    preferences = page.partition("/preferences/")[2].partition('"')[0]
    status, page = _request(f"{service.url}/preferences/{preferences}")
    leave = page.partition("/unsubscribe/")[2].partition('"')[0]
    status, _ = _request(f"{service.url}/unsubscribe/{leave}", {"List-Unsubscribe": "One-Click"})
    assert status == 200
    log = service.data_dir / "assent.sqlite-wal"
    wait_until("empty write-ahead log", lambda: log.stat().st_size == 0, 60)
    assert _places_of(service.data_dir, address) == []
    assert _places_of(service.data_dir, "noise@example.org")
    assert address not in service.log.lower()


def test_a_shutdown_leaves_no_byte_of_who_has_left(make_service: MakeService) -> None:
    address = "in.a.hurry@example.org"
    service = make_service()
    service.start()
    assert _sign_up(service, address) == 303
    token = _link(service.wait_for_mail(address), "confirm")
    _, page = _request(token, {})
    preferences = page.partition("/preferences/")[2].partition('"')[0]
    _, page = _request(f"{service.url}/preferences/{preferences}")
    leave = page.partition("/unsubscribe/")[2].partition('"')[0]
    assert _request(f"{service.url}/unsubscribe/{leave}", {})[0] == 200
    service.stop()
    assert _places_of(service.data_dir, address) == []


def test_a_database_that_another_process_locks_gives_503_and_is_fine_afterwards(
    make_service: MakeService,
) -> None:
    service = make_service()
    service.start()
    with closing(
        sqlite3.connect(service.data_dir / "assent.sqlite", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        status, page = _request(
            f"{service.url}/forms/news", {"email": "ada@example.org", "consent": "y"}
        )
        assert status == 503
        assert time.monotonic() - began < 10
        assert "Traceback" not in page
        assert _request(f"{service.url}/forms/news")[0] == 200
        other.execute("ROLLBACK")
    assert _rows(service, "SELECT id FROM subscribers") == []
    assert _sign_up(service, "ada@example.org") == 303
    assert "Traceback" not in service.log
    assert "@" not in service.log


def test_ten_megabytes_are_refused_by_the_real_server_before_they_are_sent(
    make_service: MakeService,
) -> None:
    service = make_service()
    service.start()
    with closing(HTTPConnection("127.0.0.1", service.port, timeout=10)) as connection:
        connection.putrequest("POST", "/forms/news")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", "10000000")
        connection.endheaders(b"email=ada@example.org&consent=y&name=")
        assert connection.getresponse().status == 413
    assert _sign_up(service, "ada@example.org") == 303
