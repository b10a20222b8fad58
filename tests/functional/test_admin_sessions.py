"""Where an operator is signed in, and ending it there."""

import re
from pathlib import Path

from flask import Flask

from subscriptions.operators.roles import Role
from subscriptions.operators.sessions import forget_expired
from subscriptions.transfer.backup.cleaning import clean
from tests.support.operators import (
    OWNER,
    PASSWORD,
    Desk,
    desk_of,
    hash_quickly,
    make_operator,
    trail,
)
from tests.support.time_travel import FrozenClock
from tests.support.visits import rows_of

ED = "ed@example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
END = re.compile(r'action="(/admin/account/sessions/[\w-]{22}/end)"')


def _on_a_phone(app: Flask) -> Desk:
    hash_quickly(app)
    desk = Desk(app, use_cookies=True)
    desk.environ_base |= {"REMOTE_ADDR": "192.0.2.77", "HTTP_USER_AGENT": FIREFOX}
    desk.sign_in()
    return desk


def _out(desk: Desk) -> bool:
    return desk.get("/admin/").status_code == 302


def test_each_session_is_listed_and_ended_by_itself(app: Flask) -> None:
    make_operator(app)
    make_operator(app, ED, Role.EDITOR)
    here, phone, ed = desk_of(app), _on_a_phone(app), desk_of(app, ED)
    page = here.get("/admin/account").text
    assert "Firefox" in page
    assert "192.0.2.0/24" in page
    assert "192.0.2.77" not in str(rows_of(app, "operator_sessions"))
    (end,) = END.findall(page)
    ed.send(end)
    assert not _out(phone)
    here.send(end)
    assert (_out(phone), _out(here), _out(ed)) == (True, False, False)
    assert (OWNER, "account.session ended", f"operator {OWNER}") in trail(app)
    others = [desk_of(app), _on_a_phone(app)]
    here.send("/admin/account/sessions/others/end")
    assert [_out(desk) for desk in (*others, here, ed)] == [True, True, False, False]
    assert (OWNER, "account.other sessions ended", f"operator {OWNER}") in trail(app)


def test_a_new_password_and_signing_out_end_what_a_copied_cookie_would_open(app: Flask) -> None:
    make_operator(app)
    here, copied, there = desk_of(app), Desk(app, use_cookies=True), desk_of(app)
    cookie = here.get_cookie("assent", "news.example.org", "/admin")
    assert cookie
    copied.set_cookie("assent", cookie.value, domain="news.example.org", path="/admin")
    assert not _out(copied)
    new = {"new_password": f"{PASSWORD}!", "new_password_confirm": f"{PASSWORD}!"}
    assert here.send("/admin/change", password=PASSWORD, **new).location == "/admin/account"
    assert (_out(here), _out(there), _out(copied)) == (False, True, True)
    assert len(rows_of(app, "operator_sessions")) == 1
    here.send("/admin/logout")
    assert rows_of(app, "operator_sessions") == []


def test_a_session_is_over_after_half_a_day_though_in_use_and_its_row_goes(
    app: Flask, clock: FrozenClock
) -> None:
    make_operator(app)
    desk = desk_of(app)
    clock.advance(minutes=4)
    assert not _out(desk)
    (row,) = rows_of(app, "operator_sessions")
    assert row["seen_at"] == row["began_at"]
    for _hour in range(11):
        clock.advance(hours=1)
        desk.send("/admin/account/sessions/others/end")  # writes the cookie anew
    (row,) = rows_of(app, "operator_sessions")
    assert row["seen_at"] > row["began_at"]
    clock.advance(hours=1)
    assert _out(desk)
    with app.app_context():
        forget_expired()
    assert rows_of(app, "operator_sessions") == []


def test_a_restored_backup_begins_without_sessions(app: Flask, tmp_path: Path) -> None:
    make_operator(app)
    desk = desk_of(app)
    journal = tmp_path / "journal"
    journal.touch()
    with app.app_context():
        clean(journal, lambda *_: None)
    assert _out(desk)
