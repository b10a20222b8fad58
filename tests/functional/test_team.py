"""What holds for a whole team: signing out everywhere, and a second step for everybody."""

from flask import Flask

from subscriptions.operators.roles import Role
from tests.support.operators import OWNER, desk_of, make_operator, trail
from tests.support.second_factor import set_up_second_factor
from tests.support.time_travel import FrozenClock

ED = "ed@example.org"


def test_signing_out_everywhere_ends_each_session_and_nobody_elses(app: Flask) -> None:
    make_operator(app)
    make_operator(app, ED, Role.EDITOR)
    here, there, other = desk_of(app), desk_of(app), desk_of(app, ED)
    assert here.send("/admin/account/sign-out").location == "/admin/login"
    assert here.get("/admin/").status_code == there.get("/admin/").status_code == 302
    assert other.get("/admin/").status_code == 200
    assert (OWNER, "operator.signed out everywhere", f"operator {OWNER}") in trail(app)
    assert desk_of(app).get("/admin/").status_code == 200


def test_an_owner_signs_others_out(app: Flask) -> None:
    make_operator(app)
    ed = make_operator(app, ED, Role.EDITOR)
    owner, other = desk_of(app), desk_of(app, ED)
    assert owner.send(f"/admin/operators/{ed}/sign-out").status_code == 302
    assert (other.get("/admin/").status_code, owner.get("/admin/").status_code) == (302, 200)
    assert (OWNER, "operator.signed out everywhere", f"operator {ED}") in trail(app)


def test_a_second_step_can_be_required_of_everybody(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    make_operator(app, ED, Role.EDITOR)
    owner, editor = desk_of(app), desk_of(app, ED)
    refused = owner.send("/admin/operators/second-step", required="y", follow_redirects=True)
    assert editor.get("/admin/").status_code == 200, refused.text
    set_up_second_factor(owner)
    owner.send("/admin/operators/second-step", required="y")
    assert owner.get("/admin/").status_code == 200
    assert editor.get("/admin/").location == "/admin/tf-setup"
    assert editor.get("/admin/account").status_code == 200
    set_up_second_factor(editor)
    assert editor.get("/admin/").status_code == 200
    assert (OWNER, "operators.second step", "all operators") in trail(app)


def test_it_can_be_left_to_each_again(app: Flask, clock: FrozenClock) -> None:
    make_operator(app)
    owner = desk_of(app)
    set_up_second_factor(owner)
    owner.send("/admin/operators/second-step", required="y")
    make_operator(app, ED, Role.EDITOR)
    owner.send("/admin/operators/second-step")
    assert desk_of(app, ED).get("/admin/").status_code == 200
