"""The admin's retention page: each clause in words and figures, and a look ahead."""

import io
import re
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask

from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from subscriptions.operators.roles import Role
from subscriptions.privacy.retention.running import run_retention
from subscriptions.web.admin import retention
from tests.support.applications import Visitor
from tests.support.held import held
from tests.support.operators import Desk, desk_of, make_operator
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import ADA, dump, open_newsletter, rows_of, sign_up, subscribe

PAGE = "/admin/retention"
MMUNIC = (files("subscriptions.privacy") / "policies" / "mmunic.toml").read_text()
NOISE = "noise@example.org"


@pytest.fixture
def desk(app: Flask, client: Visitor, clock: FrozenClock) -> Desk:
    """An owner's browser; two newsletters, a reader of each, and a sign-up of today."""
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, NOISE)
    subscribe(app, client, "tips@example.org", form="tips")
    sign_up(client)
    make_operator(app)
    return desk_of(app)


def _row(page: str, title: str) -> list[str]:
    """The cells of the last line with this title, in plain text."""
    [*_, row] = re.findall(rf'<th scope="row">{title}.*?</tr>', page, re.DOTALL)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in cells]


def _upload(text: str, name: str = "draft.toml") -> dict[str, Any]:
    return {"policy": "", "file": (io.BytesIO(text.encode()), name)}


def _run(app: Flask, clock: FrozenClock) -> None:
    with app.app_context():
        run_retention(clock.now)


def test_each_clause_says_when_it_last_ran_and_what_it_came_to(
    app: Flask, client: Visitor, clock: FrozenClock, desk: Desk
) -> None:
    title = "Sign-ups that were never confirmed"
    kept = desk.get(PAGE).text.partition("ahead")[0]
    assert "7 days after the sign-up" in kept
    assert _row(kept, title) == ["never yet", "0", "0", "0", "0"]
    clock.advance(days=7)
    _run(app, clock)
    sign_up(client)
    clock.advance(days=8)
    desk = desk_of(app)
    assert _row(desk.get(PAGE).text.partition("ahead")[0], title)[1:] == ["0", "0", "1", "1"]
    _run(app, clock)
    kept = desk.get(PAGE).text.partition("ahead")[0]
    assert _row(kept, title) == [f"{clock.now.day} Mar 2026, 09:30", "1", "1", "2", "0"]


def test_a_look_ahead_says_what_goes_by_the_end_of_a_day(app: Flask, desk: Desk) -> None:
    before = dump(app)
    title = "Sign-ups that were never confirmed"
    [sixth] = _row(desk.send(PAGE, as_of="2026-03-08", policy="").text, title)
    [seventh] = _row(desk.send(PAGE, as_of="2026-03-09", policy="").text, title)
    assert (sixth[:2], seventh[:2]) == ("0 ", "1 ")
    for day in ("2026-03-01", "9999-12-31", "soon", ""):
        refused = desk.send(PAGE, as_of=day, policy="")
        assert refused.status_code == 422, day
    assert dump(app) == before


def test_another_policy_stands_beside_the_one_in_force_before_it_is_put_there(
    app: Flask, desk: Desk
) -> None:
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, "news")
    title = "Subscriptions to a newsletter that has closed"
    page = desk.send(PAGE, as_of="2026-03-03", policy="mmunic")
    ours, theirs = _row(page.text, title)
    assert ours.startswith("0 7 days after the newsletter has closed")
    assert theirs.startswith("2 Until the newsletter closes")
    uploaded = desk.send(PAGE, as_of="2026-03-03", **_upload(MMUNIC))
    assert "Would go under draft.toml" in uploaded.text
    assert _row(uploaded.text, title) == [ours, theirs]
    asked = desk.send(PAGE, as_of="2026-03-03", policy="mail-manager").text
    assert _row(asked, "Subscriptions that nobody has used for long")[0] == "says nothing of this"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MMUNIC.replace('keep = "P7D"', 'keep = "P15D"'), "policy draft.toml:41: clause unconf"),
        ("not toml", "policy draft.toml:1: this is not TOML"),
        ("\xff", "policy draft.toml"),
    ],
)
def test_a_faulty_file_gets_its_one_line_and_nothing_of_it_is_kept(
    app: Flask, desk: Desk, text: str, said: str
) -> None:
    before = dump(app)
    refused = desk.send(PAGE, as_of="2026-03-03", **_upload(text, "dir/draft.toml"))
    assert refused.status_code == 422
    assert said in refused.text
    assert dump(app) == before
    assert held(app, "draft.toml") == []


def test_a_file_that_is_too_large_is_refused_by_its_size(desk: Desk) -> None:
    assert desk.send(PAGE, as_of="2026-03-03", **_upload("#" * 70_000)).status_code == 413


def test_what_goes_when_of_one_person_is_asked_by_typing_the_address(
    app: Flask, desk: Desk
) -> None:
    suppress_in(app, ADA, newsletter="tips")
    page = desk.send(f"{PAGE}/person", email=ADA)
    assert _row(page.text, "Sign-ups that were never confirmed") == ["9 Mar 2026, 09:30"]
    assert _row(page.text, "That we must not write") == ["1 Mar 2028, 09:30"]
    assert ADA not in page.text
    stays = desk.send(f"{PAGE}/person", email=NOISE).text
    assert "Nothing has a day on which it goes" in stays
    assert desk.send(f"{PAGE}/person", email="nonsense").status_code == 422


def test_the_page_of_a_subscriber_says_it_too_to_who_sees_all_their_newsletters(
    app: Flask, client: Visitor, desk: Desk
) -> None:
    reference = rows_of(app, "subscriptions")[-1]["reference"]
    path = f"/admin/newsletters/news/subscribers/{reference}"
    assert "What goes when" in desk.get(path).text
    make_operator(app, "op@example.org", None, {"news": Role.VIEWER})
    viewer = desk_of(app, "op@example.org")
    assert "Sign-ups that were never confirmed" in viewer.get(path).text
    sign_up(client, form="tips")
    assert "What goes when" not in viewer.get(path).text


def test_only_who_may_see_all_newsletters_sees_the_page(app: Flask) -> None:
    """MP11, MG8."""
    open_newsletter(app)
    make_operator(app, "viewer@example.org", Role.VIEWER)
    assert desk_of(app, "viewer@example.org").get(PAGE).status_code == 200
    make_operator(app, "here@example.org", None, {"news": Role.EDITOR})
    here = desk_of(app, "here@example.org")
    assert PAGE not in here.get("/admin/").text
    assert here.get(PAGE).status_code == 403
    assert here.send(PAGE, as_of="2026-03-03", policy="").status_code == 403
    assert here.send(f"{PAGE}/person", email=ADA).status_code == 403


def test_what_is_very_much_is_not_counted_to_the_end(
    app: Flask, client: Visitor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST", 2)
    for number in range(4):
        sign_up(client, f"p{number}@example.org")
    [ahead] = _row(desk.get(PAGE).text, "Sign-ups that were never confirmed")
    assert ahead.startswith("more than 2 ")
