"""Enquiries, as owners look after them."""

import pytest
from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.applications import Visitor, run_jobs
from tests.support.held import held
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, rows_of

PAGES = "/admin/enquiries"
TEXT = "I have a secret illness."


@pytest.fixture
def desk(app: Flask, client: Visitor, clock: FrozenClock) -> Desk:
    """An owner's browser, with two enquiries waiting."""
    assert clock.now
    for address, message in (("noise@example.org", "Hello"), (ADA, TEXT)):
        client.post("/contact", data={"email": address, "message": message})
    run_jobs(app)
    make_operator(app)
    return desk_of(app)


def _row(app: Flask) -> dict[str, object]:
    return rows_of(app, "enquiries", address=ADA)[0]


def _path(app: Flask) -> str:
    return f"{PAGES}/{_row(app)['reference']}"


def test_they_wait_on_the_overview_until_they_are_closed(app: Flask, desk: Desk) -> None:
    assert "2 enquiries wait for an answer." in desk.get("/admin/").text
    assert ADA in desk.get(PAGES).text
    assert desk.send(f"{_path(app)}/close").location == PAGES
    assert _row(app)["closed_at"]
    assert "One enquiry waits for an answer." in desk.get("/admin/").text


def test_one_shows_the_text_and_where_to_answer(app: Flask, desk: Desk) -> None:
    page = desk.get(_path(app)).text
    assert TEXT in page
    assert f'href="mailto:{ADA}"' in page
    assert "2 Jun 2026" in page


def test_a_contact_begins_its_time_anew(app: Flask, desk: Desk, clock: FrozenClock) -> None:
    """MC8."""
    clock.advance(days=10)
    desk = desk_of(app)
    desk.send(f"{_path(app)}/contact")
    assert _row(app)["last_contact_at"] == clock.now
    assert "12 Jun 2026" in desk.get(_path(app)).text


def test_the_text_can_be_wiped_and_the_trail_says_that_and_not_what(app: Flask, desk: Desk) -> None:
    """MC14, MM10."""
    desk.send(f"{_path(app)}/wipe")
    assert held(app, TEXT) == []
    assert "The text was wiped." in desk.get(_path(app)).text
    assert trail(app)[-1] == (OWNER, "enquiry.text wiped", f"enquiry {_row(app)['reference']}")
    assert len(rows_of(app, "enquiries", message="Hello")) == 1


def test_one_can_be_erased_whole(app: Flask, desk: Desk) -> None:
    path = _path(app)
    desk.send(f"{path}/erase")
    assert held(app, ADA, TEXT) == []
    assert desk.get(path).status_code == 404
    assert desk.send(f"{path}/erase").status_code == 404
    assert [row["message"] for row in rows_of(app, "enquiries")] == ["Hello"]


def test_nobody_below_an_owner_learns_of_them(app: Flask, desk: Desk) -> None:
    """MP11."""
    make_operator(app, "editor@example.org", Role.EDITOR)
    editor = desk_of(app, "editor@example.org")
    assert desk.get(PAGES).status_code == 200
    overview = editor.get("/admin/").text
    assert "enquir" not in overview
    assert editor.get(_path(app)).status_code == 403
