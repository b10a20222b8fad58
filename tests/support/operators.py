"""Operators at work: accounts, sign-in, and forms sent as a browser sends them."""

import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from subscriptions.core.addresses import parse_address
from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.models import Operator
from subscriptions.operators.operations import complete_setup, invite
from subscriptions.operators.roles import Role
from tests.support.applications import BASE_URL, Visitor
from tests.support.visits import newsletter_id, open_newsletter, reading, rows_of

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OWNER = "owner@example.org"
PEOPLE = "/admin/newsletters/news/subscribers"
SUBSCRIBER_LINK = re.compile(rf'href="({PEOPLE}/[\w-]{{22}})">([^<]+)<')


def hash_quickly(app: Flask) -> None:
    """Make the hashing of passwords cheap: its cost is argon2's business."""
    context = app.extensions["security"].pwd_context
    context.update(argon2__time_cost=1, argon2__memory_cost=64, argon2__parallelism=1)


class Desk(Visitor):
    """A browser in the admin: keeps its cookie and sends the token of the form with each POST."""

    form_page = "/admin/account"

    def send(self, path: str, **data: Any) -> TestResponse:
        """POST a form to ``path``, with the token that ``form_page``, or the sign-in, shows."""
        page = self.get(self.form_page, follow_redirects=True)
        token = TOKEN.search(page.text)
        assert token is not None
        return self.post(
            path,
            data={"csrf_token": token[1], **data},
            headers={"Referer": f"{BASE_URL}/"},
        )

    def sign_in(self, address: str = OWNER, password: str = PASSWORD) -> TestResponse:
        """Send the sign-in form."""
        return self.send("/admin/login", email=address, password=password)


def make_operator(
    app: Flask,
    address: str = OWNER,
    role: Role | None = Role.OWNER,
    certain: dict[str, Role] | None = None,
) -> int:
    """An account that is set up; ``certain`` are roles on newsletters, by slug. Its id."""
    hash_quickly(app)
    roles = {newsletter_id(app, slug): held for slug, held in (certain or {}).items()}
    with app.app_context(), unit_of_work() as session:
        invite(session, "a test", parse_address(address), role, roles)
        made = session.scalars(select(Operator).where(Operator.email == address)).one()
        complete_setup(session, made.id, 0, PASSWORD)
        return made.id


def desk_of(app: Flask, address: str = OWNER) -> Desk:
    """A browser in which this operator is signed in."""
    desk = Desk(app, use_cookies=True)
    answer = desk.sign_in(address)
    assert answer.status_code == 302, answer.text
    return desk


def trail(app: Flask) -> list[tuple[str, str, str]]:
    """The audit trail, oldest first: who, what, which."""
    return [(e["actor"], e["action"], e["object"]) for e in rows_of(app, "audit_entries")]


def operator_named(app: Flask, address: str) -> dict[str, Any]:
    """The account's row."""
    with reading(app):
        return rows_of(app, "operators", email=address)[0]


def owner_with_news(app: Flask) -> Desk:
    """The desk of an owner who has the newsletter ``news``."""
    open_newsletter(app)
    make_operator(app)
    return desk_of(app)


def record_of(desk: Desk, address: str) -> str:
    """The path of the page on a subscriber of ``news``."""
    page = desk.send(PEOPLE, text=address).text
    return next(str(path) for path, found in SUBSCRIBER_LINK.findall(page) if found == address)
