"""Passkeys beside the password; the browser's part is in ``tests/browser``."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.models import AFTER, INSTEAD, Operator, Passkey
from subscriptions.operators.passkeys import offered
from subscriptions.web.admin.signed_in import BY_PASSKEY
from tests.support.applications import BASE_URL, make_settings
from tests.support.operators import OWNER, PASSWORD, Desk, desk_of, make_operator, trail
from tests.support.second_factor import passkey_of, set_up_second_factor
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, rows_of


def _give(app: Flask, operator_id: int, usage: str) -> None:
    with app.app_context(), unit_of_work() as session:
        session.add(passkey_of(operator_id, usage))


def test_a_passkey_after_the_password_is_asked_for_and_can_be_removed(
    app: Flask, smtp: SmtpServer
) -> None:
    operator_id = make_operator(app)
    owner = desk_of(app)
    _give(app, operator_id, AFTER)
    deliver(app, smtp)
    assert owner.send("/admin/operators/second-step", required="y").status_code == 302
    assert "You have no recovery codes." in owner.get("/admin/account").text
    desk = Desk(app, use_cookies=True)
    assert desk.sign_in().location.startswith("/admin/wan-signin")
    assert desk.get("/admin/").status_code == 302
    desk.form_page = "/admin/wan-signin"
    offer = owner.send("/admin/wan-register", name="Other", usage=INSTEAD)
    assert '"rp": {"name": "Example Organisation", "id": "news.example.org"}' in unescape(
        offer.text
    )
    asked = desk.send("/admin/wan-signin")
    assert "script-src 'self'" in asked.headers["Content-Security-Policy"]
    assert "unsafe" not in asked.headers["Content-Security-Policy"]
    forged = json.dumps({"id": "S2V5", "rawId": "S2V5", "type": "public-key", "response": {}})
    action = re.search(r'action="(/admin/wan-signin/[^"]+)"', asked.text)
    assert action
    assert desk.send(action[1], credential=forged).location == "/admin/wan-signin"
    assert desk.get("/admin/").status_code == 302
    owner.send("/admin/wan-delete", name="Key")
    assert rows_of(app, "passkeys") == []
    assert (OWNER, "account.passkey removed", f"operator {OWNER}") in trail(app)
    (mail,) = deliver(app, smtp)
    assert "was removed" in mail.text()
    assert owner.get("/admin/").location == "/admin/tf-setup"


def test_a_passkey_instead_of_the_password_counts_as_both_steps_while_it_was_used(
    app: Flask,
) -> None:
    operator_id = make_operator(app)
    by_password, by_passkey = desk_of(app), desk_of(app)
    _give(app, operator_id, AFTER)
    by_password.send("/admin/operators/second-step", required="y")
    by_password.send("/admin/wan-delete", name="Key")
    _give(app, operator_id, INSTEAD)
    with by_passkey.session_transaction("/admin/", base_url=BASE_URL) as session:
        session[BY_PASSKEY] = True
    assert by_passkey.get("/admin/").status_code == 200
    assert by_password.get("/admin/").location == "/admin/tf-setup"
    new = {"new_password": f"{PASSWORD}!", "new_password_confirm": f"{PASSWORD}!"}
    by_passkey.send("/admin/change", password=PASSWORD, **new)
    assert by_passkey.get("/admin/").status_code == 200


def _codes_of(desk: Desk) -> list[str]:
    return re.findall(r"<li>([a-z0-9-]+)</li>", desk.send("/admin/mf-recovery-codes").text)


def test_with_a_passkey_instead_the_password_alone_need_not_open_the_account(
    app: Flask, smtp: SmtpServer
) -> None:
    """MG12."""
    operator_id = make_operator(app)
    desk, alone = desk_of(app), "/admin/account/password-alone"
    assert desk.send(alone).status_code == 409
    _give(app, operator_id, INSTEAD)
    assert "Make recovery codes first" in desk.get("/admin/account").text
    assert desk.send(alone).status_code == 409
    codes = _codes_of(desk)
    deliver(app, smtp)
    assert desk.send(alone).location == "/admin/account"
    assert "alone it does not open your account" in desk.get("/admin/account").text
    (mail,) = deliver(app, smtp)
    assert "the password alone does not open" in mail.text()
    stranger = Desk(app, use_cookies=True)
    stranger.form_page = "/admin/mf-recovery"
    assert stranger.send("/admin/login", email=OWNER, password=PASSWORD[1:]).status_code == 200
    assert stranger.sign_in().location.startswith("/admin/mf-recovery")
    assert stranger.send("/admin/mf-recovery", code="0000-0000").status_code == 200
    assert stranger.get("/admin/").status_code == 302
    assert stranger.send("/admin/mf-recovery", code=codes[0]).status_code == 302
    assert stranger.get("/admin/").status_code == 200
    assert desk.send("/admin/operators/second-step", required="y").status_code == 302
    assert stranger.get("/admin/").status_code == 200, "it is as good as two steps"
    desk.send("/admin/operators/second-step")
    desk.send(alone, suffices="y")
    assert desk_of(app).get("/admin/").status_code == 200
    done = [action for _who, action, _thing in trail(app)]
    assert [each for each in done if "alone" in each] == [
        "account.password alone off",
        "account.password alone on",
    ]


def test_whoever_typed_the_password_can_turn_to_the_passkey(app: Flask) -> None:
    operator_id = make_operator(app)
    _give(app, operator_id, INSTEAD)
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Operator).values(needs_passkey=True))
    desk = Desk(app, use_cookies=True)
    assert desk.sign_in().location.startswith("/admin/mf-recovery")
    assert 'href="/admin/login"' in desk.get("/admin/mf-recovery").text
    assert 'action="/admin/wan-signin?next="' in desk.get("/admin/login").text
    desk.form_page = "/admin/wan-signin"
    asked = unescape(desk.send("/admin/wan-signin").text)
    assert '"userVerification": "required"' in asked
    assert desk.get("/admin/mf-recovery").status_code == 302
    with app.app_context(), unit_of_work() as session:
        session.execute(delete(Passkey))
    assert desk_of(app).get("/admin/").status_code == 200, "it went with the passkey"


def test_the_choice_needs_a_recent_sign_in(app: Flask, clock: FrozenClock) -> None:
    operator_id = make_operator(app)
    desk = desk_of(app)
    _give(app, operator_id, INSTEAD)
    _codes_of(desk)
    clock.advance(minutes=45)
    assert desk.send("/admin/account/password-alone").location == "/admin/verify"
    assert not rows_of(app, "operators")[0]["needs_passkey"]


def test_with_two_second_steps_one_chooses(app: Flask) -> None:
    operator_id = make_operator(app)
    owner = desk_of(app)
    set_up_second_factor(owner)
    _give(app, operator_id, AFTER)
    for method, leads_to in (("webauthn", "wan-signin"), ("authenticator", "tf-validate")):
        desk = Desk(app, use_cookies=True)
        assert desk.sign_in().location.startswith("/admin/tf-select")
        desk.form_page = "/admin/tf-select"
        assert f'name="which" value="{method}"' in desk.get("/admin/tf-select").text
        chosen = desk.send("/admin/tf-select", which=method)
        assert chosen.location.startswith(f"/admin/{leads_to}")
        assert desk.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("base_url", "on_offer"),
    [
        ("https://news.example.org", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://192.0.2.7", False),
        ("https://[2001:db8::7]:8443", False),
        ("http://news.example.org", False),
    ],
)
def test_passkeys_are_on_offer_where_browsers_make_them(
    tmp_path: Path, base_url: str, on_offer: bool
) -> None:
    assert offered(make_settings(tmp_path, "", base_url=base_url)) is on_offer
