"""Another machine of the organisation, which talks to the API with a key."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from subscriptions.core.transactions import unit_of_work
from subscriptions.operators.api_keys import Wanted, make_key
from subscriptions.operators.models import Operator
from subscriptions.operators.scopes import Scope
from tests.support.applications import Visitor
from tests.support.operators import OWNER, make_operator
from tests.support.visits import newsletter_id, rows_of

NEWS = "/api/v1/newsletters/news"
YEAR = timedelta(days=365)


class Machine(Visitor):
    """Sends its key with each request; without ``key`` it has none."""

    key = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make one request."""
        if self.key:
            kwargs["headers"] = {"Authorization": f"Bearer {self.key}"} | kwargs.get("headers", {})
        return super().open(*args, **kwargs)


def make_api_key(
    app: Flask, *scopes: Scope, newsletter: str | None = None, lasts: timedelta = YEAR
) -> str:
    """A key named Web shop; with all scopes if none are named."""
    if not rows_of(app, "operators", email=OWNER):
        make_operator(app)
    only = newsletter_id(app, newsletter) if newsletter else None
    with app.app_context(), unit_of_work() as session:
        owner = session.scalars(select(Operator).where(Operator.email == OWNER)).one()
        wanted = Wanted("Web shop", scopes or list(Scope), only, lasts)
        return make_key(session, owner, wanted)


def machine(app: Flask, key: str | None = None) -> Machine:
    """A machine with this key, or with one that may do everything."""
    made = Machine(app, use_cookies=False)
    made.key = make_api_key(app) if key is None else key
    return made
