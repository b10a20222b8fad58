"""Consent receipts: offered at the right moment, true, and provable without us."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions import create_app
from subscriptions.core.tokens import Purpose
from subscriptions.privacy.receipts.keys import KEYS_PATH, read_key_set
from subscriptions.privacy.receipts.proof import MAX_BYTES, verify
from tests.support.applications import SECRET_KEY, Visitor, close, make_settings
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    dump,
    link_to,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

LINK = re.compile(r'href="https://news\.example\.org(/receipt/[\w.-]+)"')
NEW_KEY, FOREIGN_KEY = "n" * 40, "f" * 40


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    open_newsletter(app)
    subscribe(app, client, "noise@example.org", topics=["law"])
    sign_up(client, topics=["art"], name="Ada Lovelace")


def _offered(client: Visitor, link: str, method: str = "POST") -> str | None:
    answer = client.open(link, method=method)
    assert answer.status_code == 200
    found = LINK.search(answer.text)
    return found[1] if found else None


def _receipt_link(app: Flask, client: Visitor) -> str:
    link = _offered(client, link_to(app, Purpose.CONFIRM))
    assert link is not None
    return link


def _receipt(app: Flask, client: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = client.get(_receipt_link(app, client)).get_json()
    return found


def _saved(folder: Path, content: Any, name: str = "receipt.json") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


def test_the_page_after_a_confirmation_offers_the_receipt(app: Flask, client: Visitor) -> None:
    answer = client.get(_receipt_link(app, client))
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="consent-receipt-news.json"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers


def test_who_confirms_twice_by_a_double_click_is_offered_it_too(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    client.post(link)
    clock.advance(minutes=30)
    assert _offered(client, link)
    assert _offered(client, link, "GET")


def test_a_confirmation_mail_that_is_forwarded_later_does_not_lead_to_the_receipt(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    link = link_to(app, Purpose.CONFIRM)
    client.post(link)
    clock.advance(minutes=30, seconds=1)
    assert _offered(client, link) is None
    assert _offered(client, link, "GET") is None


def test_the_page_before_the_confirmation_offers_none(app: Flask, client: Visitor) -> None:
    assert _offered(client, link_to(app, Purpose.CONFIRM), "GET") is None


def test_the_link_works_for_half_an_hour(app: Flask, client: Visitor, clock: FrozenClock) -> None:
    link = _receipt_link(app, client)
    clock.advance(minutes=30)
    assert client.get(link).status_code == 200
    clock.advance(seconds=1)
    assert client.get(link).status_code == 410


def test_fetching_a_receipt_changes_nothing(app: Flask, client: Visitor) -> None:
    link = _receipt_link(app, client)
    before = dump(app)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(link, method=method).status_code == 200
    assert dump(app) == before


def test_after_an_unsubscribe_there_is_none(app: Flask, client: Visitor) -> None:
    link = _receipt_link(app, client)
    client.post(link_to(app, Purpose.UNSUBSCRIBE))
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("used", ["confirm", "preferences", "unsubscribe"])
def test_no_other_link_opens_it(app: Flask, client: Visitor, used: str) -> None:
    client.post(link_to(app, Purpose.CONFIRM))
    token = link_to(app, Purpose[used.upper()]).rpartition("/")[2]
    assert client.get(f"/receipt/{token}").status_code == 404


def test_it_says_who_agreed_to_what_when_in_which_words_and_how_to_take_it_back(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    """MG1, MG7, MS2: what was agreed to can be shown, by the person as well."""
    clock.advance(minutes=5)
    record = _receipt(app, client)["dpv:hasRecordOfActivity"]
    assert record["dpv:hasDataSubject"]["dpv:hasContact"] == ADA
    assert record["dpv:hasDataController"]["dpv:hasName"] == "Example Organisation"
    assert record["dpv:hasService"] == "The news letter"
    [wording] = rows_of(app, "wordings")
    asked, given = record["dpv:hasConsentStatus"]
    assert (asked["@type"], given["@type"]) == ("dpv:ConsentRequested", "dpv:ConsentGiven")
    assert asked["dpv:isIndicatedAtTime"] == "2026-03-02T09:30:00Z"
    assert given["dpv:isIndicatedAtTime"] == "2026-03-02T09:35:00Z"
    assert (asked["dct:source"], given["dct:source"]) == ("form:news", "confirmation link")
    for step in (asked, given):
        assert step["dct:description"] == wording["text"]
        assert step["dct:identifier"] == wording["hash"]
        assert step["dct:subject"] == ["art"]
    leave = record["dpv:hasConsentControl"]["dpv:isExercisedAt"]
    assert leave.endswith(link_to(app, Purpose.UNSUBSCRIBE))


def test_it_says_what_is_held_why_and_for_how_long(app: Flask, client: Visitor) -> None:
    processes = _receipt(app, client)["dpv:hasRecordOfActivity"]["dpv:hasProcess"]
    notice = client.get("/privacy.json").get_json()["clauses"]
    said = {
        process["dpv:hasIdentifier"]: process["dpv:hasStorageCondition"]["dpv:hasDuration"]
        for process in processes
    }
    assert said == {
        "subscription": "P0D",
        "profile": "P0D",
        "consent": "P0D",
        "closed": "P7D",
        "mail": "P30D",
        "suppression": "P730D",
        "address-change": "P1D",
        "enquiry": "P3M",
        "request": "P1Y",
        "import-file": "P7D",
        "export-file": "P7D",
    }
    for process in processes:
        clause = next(c for c in notice if c["id"] == process["dpv:hasIdentifier"])
        assert process["dpv:hasPurpose"] == clause["purpose"]
        assert process["dpv:hasLegalBasis"] == clause["basis"]
        assert process["dpv:hasPersonalData"] == clause["categories"]


def test_it_tells_whom_it_is_shown_to_no_more_than_the_consent(app: Flask, client: Visitor) -> None:
    text = json.dumps(_receipt(app, client))
    for hidden in ("Ada Lovelace", "127.0.0", "Werkzeug", "noise@example.org"):
        assert hidden not in text


def test_no_two_receipts_have_the_same_id(app: Flask, client: Visitor) -> None:
    link = _receipt_link(app, client)
    ids = {client.get(link).get_json()["dpv:hasIdentifier"] for _ in range(3)}
    assert len(ids) == 3


def test_it_is_verified_by_the_published_key_and_nothing_else(app: Flask, client: Visitor) -> None:
    answer = client.get(KEYS_PATH)
    assert answer.mimetype == "application/jwk-set+json"
    receipt = _receipt(app, client)
    assert verify(receipt, read_key_set(answer.data)).document == {
        name: value for name, value in receipt.items() if name != "proof"
    }
    assert SECRET_KEY not in answer.text
    assert receipt["proof"]["verificationMethod"] == (
        f"https://news.example.org{KEYS_PATH}#{answer.get_json()['keys'][0]['kid']}"
    )


def test_the_command_says_in_plain_words_what_was_agreed(
    app: Flask, client: Visitor, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = _saved(tmp_path, client.get(_receipt_link(app, client)).data)
    result = runner.invoke(args=["privacy", "verify-receipt", file])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Genuine. Signed with the newest key of this installation")
    [wording] = rows_of(app, "wordings")
    for said in (ADA, "The news letter", "Example Organisation", wording["text"], "Topics: art"):
        assert said in result.output
    assert "Confirmed 2026-03-02 09:30:00 UTC" in result.output


def test_it_is_proven_on_a_machine_without_our_keys_and_without_a_database(
    app: Flask, client: Visitor, tmp_path: Path
) -> None:
    file = _saved(tmp_path, _receipt(app, client))
    keys = _saved(tmp_path, client.get(KEYS_PATH).data, "keys.json")
    elsewhere = create_app(make_settings(tmp_path / "elsewhere", "", secret_keys=FOREIGN_KEY))
    runner = elsewhere.test_cli_runner()
    with_keys = runner.invoke(args=["privacy", "verify-receipt", file, "--keys", keys])
    without = runner.invoke(args=["privacy", "verify-receipt", file])
    close(elsewhere)
    assert with_keys.exit_code == 0, with_keys.output
    assert "of those in the file of keys" in with_keys.output
    assert without.exit_code == 1
    assert "key that is not known" in without.output


def test_a_receipt_outlives_the_rotation_of_the_keys(
    app: Flask, client: Visitor, tmp_path: Path
) -> None:
    file = _saved(tmp_path, _receipt(app, client))
    rotated = create_app(
        make_settings(tmp_path / "rotated", "", secret_keys=f"{NEW_KEY},{SECRET_KEY}")
    )
    result = rotated.test_cli_runner().invoke(args=["privacy", "verify-receipt", file])
    published = Visitor(rotated).get(KEYS_PATH).get_json()["keys"]
    close(rotated)
    assert result.exit_code == 0, result.output
    assert "an older key, number 2 of 2" in result.output
    assert published[1:] == client.get(KEYS_PATH).get_json()["keys"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace(b"Ada@", b"Eve@"), "altered"),
        (lambda text: text.replace(b'"art"', b'"law"', 1), "altered"),
        (lambda text: text[:-20], "not a signed receipt"),
        (lambda text: text.replace(b'"proof"', b'"prof"'), "not a signed receipt"),
        (lambda _text: b"\xff\xfe", "not a signed receipt"),
        (lambda _text: b"[" * 100_000, "not a signed receipt"),
        (lambda text: text + b" " * MAX_BYTES, "larger than any receipt"),
    ],
    ids=["address", "topic", "cut", "unsigned", "bytes", "deep", "long"],
)
def test_what_is_not_genuine_is_refused_in_one_line(
    app: Flask, client: Visitor, runner: FlaskCliRunner, tmp_path: Path, damage: Any, said: str
) -> None:
    genuine = client.get(_receipt_link(app, client)).data
    assert damage(genuine) != genuine
    file = _saved(tmp_path, damage(genuine))
    result = runner.invoke(args=["privacy", "verify-receipt", file])
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.count("\n") == 1


def test_spaces_and_the_order_of_lines_are_no_part_of_what_is_signed(
    app: Flask, client: Visitor, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    receipt = _receipt(app, client)
    file = _saved(tmp_path, json.dumps(dict(reversed(receipt.items())), indent=7).encode())
    assert runner.invoke(args=["privacy", "verify-receipt", file]).exit_code == 0


@pytest.mark.parametrize("keys", [b"{}", b"[]", b'{"keys": []}', b'{"keys": [{"crv": 1}]}', b"\0"])
def test_a_file_without_keys_is_said_to_be_one(
    app: Flask, client: Visitor, runner: FlaskCliRunner, tmp_path: Path, keys: bytes
) -> None:
    file = _saved(tmp_path, _receipt(app, client))
    options = ["--keys", _saved(tmp_path, keys, "keys.json")]
    result = runner.invoke(args=["privacy", "verify-receipt", file, *options])
    assert result.exit_code == 1
    assert "file of keys" in result.output


def test_a_file_that_is_not_there_is_bad_usage(runner: FlaskCliRunner, tmp_path: Path) -> None:
    result = runner.invoke(args=["privacy", "verify-receipt", str(tmp_path / "none.json")])
    assert result.exit_code == 2
