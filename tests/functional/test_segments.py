"""Segments: filters that are kept, and exports by them."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from subscriptions.core import clock as our_clock
from subscriptions.operators.roles import Role
from tests.support.applications import Visitor
from tests.support.exports import read_csv
from tests.support.operators import PEOPLE, Desk, desk_of, make_operator, trail
from tests.support.visits import open_newsletter, rows_of, sign_up, subscribe

SEGMENTS = "/admin/newsletters/news/segments"
EXPORT = "/admin/newsletters/news/export"
ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def desk(app: Flask, client: Visitor) -> Desk:
    """The browser of somebody who edits this newsletter."""
    open_newsletter(app)
    open_newsletter(app, "noise")
    subscribe(app, client, ADA, topics=["art"])
    subscribe(app, client, "law@example.org", topics=["law"])
    sign_up(client, BOB, topics=["art"])
    make_operator(app, "op@example.org", None, {"news": Role.EDITOR})
    return desk_of(app, "op@example.org")


def _save(desk: Desk, name: str, **words: Any) -> str:
    """Save a segment; the path of its page."""
    answer = desk.send(SEGMENTS, name=name, **words)
    assert answer.status_code == 302, answer.text
    page = desk.get(answer.location).text
    return SEGMENTS + page.split(f'href="{SEGMENTS}')[1].split('"')[0]


def test_a_segment_keeps_the_filter_and_nobody(app: Flask, desk: Desk) -> None:
    today = our_clock.today().isoformat()
    page = _save(desk, "Art lovers", topic="art", requested_from=today)
    [kept] = rows_of(app, "segments")
    assert (kept["name"], kept["filter"]) == (
        "Art lovers",
        {"topic": "art", "requested_from": today},
    )
    assert trail(app)[-1][1:] == ("segment.saved", f"segment {kept['reference']}")
    listed = desk.get(PEOPLE).text
    assert f'href="{PEOPLE}?topic=art&amp;requested_from={today}">Art lovers</a>' in listed
    assert "Keep this filter" not in desk.get(f"{PEOPLE}?topic=art&requested_from={today}").text
    assert "Keep this filter" in desk.get(f"{PEOPLE}?topic=art").text
    changed = {"topic": "art", "status": "pending", "requested_from": ""}
    assert desk.send(page, name="Art, pending", **changed).status_code == 302
    assert rows_of(app, "segments")[0]["filter"] == {"topic": "art", "status": "pending"}
    assert 'selected value="pending"' in desk.get(page).text
    assert desk.send(f"{page}/delete").status_code == 302
    assert rows_of(app, "segments") == []


def test_a_name_is_there_once_in_a_newsletter_and_a_filter_is_one_that_works(
    app: Flask, desk: Desk
) -> None:
    _save(desk, "Art", topic="art")
    again = desk.send(SEGMENTS, name="Art", topic="law")
    assert (again.status_code, "with this name already" in again.text) == (422, True)
    for name in ("", "ada@example.org", "a\0b"):
        assert desk.send(SEGMENTS, name=name, topic="law").status_code == 422
    assert desk.get(f"{EXPORT}?segment=%00").status_code == 404
    assert desk.send(SEGMENTS, name="Nonsense", topic="nonsense").status_code == 422
    assert desk.send("/admin/newsletters/noise/segments", name="Art").status_code == 404
    assert len(rows_of(app, "segments")) == 1


def test_an_export_takes_a_segment_and_is_on_record_under_its_name(app: Flask, desk: Desk) -> None:
    page = _save(desk, "By the form", topic="art", form="news")
    reference = page.rpartition("/")[2]
    shown = desk.get(f"{EXPORT}?segment={reference}").text
    assert f'value="{reference}"' in shown
    assert 'selected value="art"' in shown
    asked = {"purpose": "May", "status": "active", "format": "csv", "columns": ["email"]}
    by_segment = {**asked, "topic": "art", "form": "news", "segment": reference}
    file = desk.send(EXPORT, **by_segment)
    assert [row["email"] for row in read_csv(file.data)] == [ADA]
    desk.send(EXPORT, **(by_segment | {"topic": ""}))
    assert read_csv(desk.send(EXPORT, **asked, form="-", topic="").data) == []
    made = [(each["segment"], each["filter"], each["rows"]) for each in rows_of(app, "exports")]
    assert made == [
        ("By the form", {"form": "news"}, 1),
        (None, {"form": "news"}, 2),
        (None, {"form": "-"}, 0),
    ]
    record = desk.get(f"/admin/newsletters/news/exports/{rows_of(app, 'exports')[0]['reference']}")
    assert "<dd>By the form</dd>" in record.text
    assert "<dt>Source</dt><dd>Subscribe to news</dd>" in record.text


def test_the_command_line_takes_a_segment_too(
    app: Flask, desk: Desk, runner: FlaskCliRunner
) -> None:
    _save(desk, "Waiting", topic="art", status="pending")
    _save(desk, "Restricted", restricted="yes")
    words = ["export", "subscribers", "--newsletter", "news", "--segment"]
    result = runner.invoke(args=[*words, "Waiting"])
    assert [row["email"] for row in read_csv(result.stdout_bytes)] == [BOB]
    assert rows_of(app, "exports")[-1]["segment"] == "Waiting"
    for name, words_of_refusal in (("Nobody", "no such segment"), ("Restricted", "in no export")):
        refused = runner.invoke(args=[*words, name])
        assert (refused.exit_code, words_of_refusal in refused.stderr) == (1, True)
    assert runner.invoke(args=[*words, "Waiting", "--topic", "art"]).exit_code == 2
