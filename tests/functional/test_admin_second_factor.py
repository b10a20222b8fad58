"""The second step at sign-in: codes of an app, and recovery codes."""

import re

from flask import Flask

from tests.support.operators import (
    OWNER,
    Desk,
    desk_of,
    hash_quickly,
    make_operator,
    operator_named,
    trail,
)
from tests.support.second_factor import code_of, set_up_second_factor
from tests.support.time_travel import FrozenClock

CODE = re.compile(r"<li>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</li>")


def _desk(app: Flask) -> Desk:
    hash_quickly(app)
    return Desk(app, use_cookies=True)


def _half_way(app: Flask) -> Desk:
    """A browser in which the password was right and the code is still to come."""
    desk = _desk(app)
    assert desk.sign_in().location.startswith("/admin/tf-validate")
    desk.form_page = "/admin/tf-validate"
    return desk


def test_with_a_second_step_a_password_alone_opens_nothing(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    secret = set_up_second_factor(desk_of(app))
    assert "enckey" in operator_named(app, OWNER)["tf_totp_secret"]
    desk = _half_way(app)
    assert desk.get("/admin/").status_code == 302
    assert desk.send("/admin/tf-validate", code="000000").status_code == 200
    clock.advance(minutes=1)
    assert desk.send("/admin/tf-validate", code=code_of(secret)).location == "/admin/"
    assert desk.get("/admin/").status_code == 200
    assert (OWNER, "account.second factor on", f"operator {OWNER}") in trail(app)


def test_a_code_works_once(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    secret = set_up_second_factor(desk_of(app))
    clock.advance(minutes=1)
    code = code_of(secret)
    first, second = _half_way(app), _half_way(app)
    assert first.send("/admin/tf-validate", code=code).status_code == 302
    assert second.send("/admin/tf-validate", code=code).status_code == 200


def test_codes_can_not_be_guessed_at_leisure(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    set_up_second_factor(desk_of(app))
    desk = _half_way(app)
    answers = [desk.send("/admin/tf-validate", code=f"{n:06}").status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


def test_a_recovery_code_signs_in_once_and_is_kept_encrypted(
    app: Flask, clock: FrozenClock
) -> None:
    make_operator(app)
    owner = desk_of(app)
    set_up_second_factor(owner)
    assert "You have no recovery codes." in owner.get("/admin/account").text
    codes = CODE.findall(owner.send("/admin/mf-recovery-codes").text)
    assert len(codes) == 8
    assert codes[0] not in str(operator_named(app, OWNER)["mf_recovery_codes"])
    first, second = _half_way(app), _half_way(app)
    assert first.send("/admin/mf-recovery", code=codes[0]).location == "/admin/"
    assert second.send("/admin/mf-recovery", code=codes[0]).status_code == 200
    assert (OWNER, "account.recovery code used", f"operator {OWNER}") in trail(app)


def test_recovery_codes_are_shown_once_and_new_ones_replace_them(
    app: Flask, clock: FrozenClock
) -> None:
    make_operator(app)
    owner = desk_of(app)
    set_up_second_factor(owner)
    (old, *_), (new, *_) = [
        CODE.findall(owner.send("/admin/mf-recovery-codes").text) for _time in range(2)
    ]
    for path in ("/admin/mf-recovery-codes", "/admin/mf-recovery-codes?show_codes=1"):
        assert "You have 8 left." in owner.get(path).text
        assert not CODE.search(owner.get(path).text)
    desk = _half_way(app)
    assert desk.send("/admin/mf-recovery", code=old).status_code == 200
    assert desk.send("/admin/mf-recovery", code=new).location == "/admin/"
    assert "7 left" in desk.get("/admin/account").text
    assert (OWNER, "account.recovery codes made", f"operator {OWNER}") in trail(app)


def test_how_one_signs_in_can_only_be_changed_soon_after_signing_in(
    app: Flask, clock: FrozenClock
) -> None:
    make_operator(app)
    desk = desk_of(app)
    clock.advance(hours=1)
    assert desk.get("/admin/tf-setup").location.startswith("/admin/verify")
