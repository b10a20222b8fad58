"""Passkeys beside the password; the browser's part is in ``tests/browser``."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.models import AFTER, INSTEAD
from subscriptions.operators.passkeys import offered
from subscriptions.web.admin.signed_in import BY_PASSKEY
from tests.support.applications import BASE_URL, make_settings
from tests.support.operators import OWNER, PASSWORD, Desk, desk_of, make_operator, trail
from tests.support.second_factor import passkey_of, set_up_second_factor
from tests.support.smtp import SmtpServer
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
