"""``flask privacy verify-erasure``: what is there is found, in whatever form."""

import json
import quopri
from base64 import b64encode, encodebytes, urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from subscriptions.core.jobs import wake
from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.models import OutboxMessage
from subscriptions.mail.outbox import DELIVER, queue_mail
from subscriptions.privacy import verification
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, link_to, open_newsletter, subscribe

UMLAUT = "jürgen@bücher.example"
TILDES = "~~~???@example.org"
FORMS = {
    "plain text": ADA.encode(),
    "upper case": ADA.upper().encode(),
    "lower case": ADA.lower().encode(),
    "percent-encoded": quote(ADA).encode(),
    "percent-encoded whole": "".join(f"%{byte:02X}" for byte in ADA.encode()).encode(),
    "base64": b64encode(ADA.encode()),
    "base64 after one byte": b64encode(b"<" + ADA.encode() + b">"),
    "base64 after two bytes": urlsafe_b64encode(b"to" + ADA.encode() + b"\xff"),
    "base64 over two lines": encodebytes(b"." * 50 + ADA.encode()),
    "base64 of upper case": b64encode(ADA.upper().encode()),
    "quoted-printable": b"".join(b"=%02X" % byte for byte in ADA.encode()),
    "quoted-printable over two lines": quopri.encodestring(b"." * 70 + ADA.encode()),
    "JSON escapes": ADA.replace("@", "\\u0040").encode(),
    "HTML entities": ADA.replace("@", "&#64;").encode(),
    "hexadecimal": ADA.encode().hex().encode(),
    "UTF-16": ADA.encode("utf-16-le"),
}
INTERNATIONAL = {
    "plain text": UMLAUT.encode(),
    "upper case": UMLAUT.upper().encode(),
    "punycode": "jürgen@xn--bcher-kva.example".encode(),
    "percent-encoded": quote(UMLAUT).encode(),
    "percent-encoded punycode": quote("jürgen@xn--bcher-kva.example").encode(),
    "quoted-printable": quopri.encodestring(UMLAUT.encode()),
    "base64": b64encode(UMLAUT.encode()),
    "JSON escapes": json.dumps(UMLAUT).encode(),
}
BORDER = 40_000


def _verify(runner: FlaskCliRunner, address: str = ADA) -> Result:
    return runner.invoke(args=["privacy", "verify-erasure", address])


def _data_dir(app: Flask) -> Path:
    folder: Path = app.extensions["assent_settings"].data_dir
    return folder


@pytest.mark.parametrize(
    ("address", "planted"),
    [(ADA, form) for form in FORMS.values()]
    + [(UMLAUT, form) for form in INTERNATIONAL.values()]
    + [(TILDES, encode(TILDES.encode())) for encode in (b64encode, urlsafe_b64encode)],
    ids=[*FORMS, *(f"international {name}" for name in INTERNATIONAL), "base64 +/", "base64 -_"],
)
def test_every_form_is_found(
    app: Flask, runner: FlaskCliRunner, address: str, planted: bytes
) -> None:
    (_data_dir(app) / "left.log").write_bytes(b"\0noise\n" + planted + b"\nnoise\0")
    result = _verify(runner, address)
    assert result.exit_code == 1
    assert "file  left.log" in result.stdout
    assert "Traces in 1 places" in result.stderr


def test_the_report_says_where_and_in_which_form(app: Flask, runner: FlaskCliRunner) -> None:
    content = b"nineteen characters\n" * 5 + b64encode(ADA.encode()) + b"x" * 20 + ADA.encode()
    (_data_dir(app) / "left.log").write_bytes(content)
    result = _verify(runner)
    assert (
        f"file  left.log  {len(content)} bytes  FOUND 2 times: "
        "base64 at byte 100; plain text at byte 140\n"
    ) in result.stdout


@pytest.mark.parametrize("planted", FORMS.values(), ids=list(FORMS))
def test_what_lies_across_two_pieces_is_found_once(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, planted: bytes
) -> None:
    monkeypatch.setattr(verification, "CHUNK", BORDER)
    content = bytearray(b" " * 4 * BORDER)
    for border in (BORDER, 2 * BORDER, 3 * BORDER):
        start = border - len(planted) // 2
        content[start : start + len(planted)] = planted
    (_data_dir(app) / "left.log").write_bytes(content)
    assert "FOUND 3 times" in _verify(runner).stdout


def test_a_name_of_another_person_is_no_trace(
    app: Flask, client: Visitor, runner: FlaskCliRunner
) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org")
    result = _verify(runner)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("No trace of the address is held.\n")
    assert "noise" not in result.stdout


def test_while_somebody_is_subscribed_their_table_is_named_and_nothing_of_them(
    app: Flask, client: Visitor, runner: FlaskCliRunner
) -> None:
    open_newsletter(app)
    subscribe(app, client, name="Augusta")
    subscribe(app, client, "noise@example.org")
    result = _verify(runner)
    assert result.exit_code == 1
    assert "table subscribers" in result.stdout
    assert not any(word in result.output for word in ("Augusta", "noise@", "Ada@"))


def test_after_the_erasure_nothing_is_found(
    app: Flask, client: Visitor, runner: FlaskCliRunner
) -> None:
    open_newsletter(app)
    subscribe(app, client)
    run_jobs(app)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert held(app, ADA) == []  # and the log is empty now
    result = _verify(runner)
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_suppression_entry_is_named_until_when_and_is_no_trace(
    app: Flask, client: Visitor, runner: FlaskCliRunner, clock: FrozenClock
) -> None:
    open_newsletter(app)
    subscribe(app, client)
    run_jobs(app)
    suppress_in(app)
    suppress_in(app, newsletter="news")
    assert held(app, ADA) == []  # and the log is empty now
    until = (clock.now + timedelta(days=730)).date()
    result = _verify(runner)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"Kept on purpose until {until}: 2 suppression entries" in result.stdout
    assert "Kept on purpose" not in _verify(runner, "noise@example.org").stdout


@pytest.mark.parametrize("address", [ADA, UMLAUT])
def test_what_is_deep_in_a_table_is_found(app: Flask, runner: FlaskCliRunner, address: str) -> None:
    with app.app_context(), unit_of_work() as session:
        context = {"filler": "x" * 9_000, "name": f"you <{address}>"}
        queue_mail(session, "confirm", "noise@example.org", "en", context)
        session.flush()
    result = _verify(runner, address)
    assert result.exit_code == 1
    assert f"table {OutboxMessage.__tablename__}" in _line(result, "outbox_messages")
    assert "FOUND" in _line(result, "outbox_messages")


def test_the_job_queue_is_searched_too(app: Flask, runner: FlaskCliRunner) -> None:
    with app.app_context():
        wake(DELIVER)
    assert _verify(runner).exit_code == 0
    queue = app.extensions["assent_jobs"]
    queue.storage.enqueue(json.dumps(["mistake", ADA]).encode())
    result = _verify(runner)
    assert result.exit_code == 1
    place = "jobs.sqlite" if app.extensions["assent_settings"].is_sqlite else "huey"
    assert "FOUND" in _line(result, place)


def test_a_value_that_lies_over_two_pages_is_found(app: Flask, runner: FlaskCliRunner) -> None:
    with app.app_context(), unit_of_work() as session:
        for filler in range(8_100, 8_200, 10):
            session.execute(
                text("INSERT INTO wordings (hash, text, created_at) VALUES (:h, :t, :c)"),
                {"h": str(filler), "t": "x" * filler + ADA * 4, "c": "2026-03-02 00:00:00"},
            )
    assert "FOUND 40 times" in _line(_verify(runner), "table wordings")


def test_what_can_not_be_read_proves_nothing(app: Flask, runner: FlaskCliRunner) -> None:
    (_data_dir(app) / "broken").symlink_to("/proc/self/mem")
    result = _verify(runner)
    assert result.exit_code == 1
    assert "could not be read: Input/output error" in _line(result, "broken")
    assert "nothing is proved" in result.stderr


def test_the_sum_of_what_was_searched_is_told(app: Flask, runner: FlaskCliRunner) -> None:
    (_data_dir(app) / "large").write_bytes(b"x" * 1_234_567)
    result = _verify(runner)
    assert "file  large  1,234,567 bytes  nothing found" in result.stdout
    places = [line for line in result.stdout.splitlines() if line.startswith(("file ", "table "))]
    assert f"Searched {len(places)} places, " in result.stdout


@pytest.mark.parametrize("words", [[], ["nonsense"], ["two@example.org", "more@example.org"]])
def test_bad_usage_is_told_apart(runner: FlaskCliRunner, words: list[str]) -> None:
    result = runner.invoke(args=["privacy", "verify-erasure", *words])
    assert result.exit_code == 2
    assert result.stdout == ""


def _line(result: Result, place: str) -> str:
    return "\n".join(line for line in result.stdout.splitlines() if place in line)
