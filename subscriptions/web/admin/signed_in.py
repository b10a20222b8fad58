"""Sessions of operators at the edge: each request of the admin asks whether its session is open."""

from datetime import datetime
from typing import Any

from flask import Flask, g, request, session
from flask_login import user_logged_out
from flask_security import password_changed, password_reset, user_authenticated

from subscriptions.core import clock
from subscriptions.core.client import Recording, browser_family, record_address
from subscriptions.core.db import new_reference
from subscriptions.core.transactions import current_session, unit_of_work
from subscriptions.operators import sessions
from subscriptions.operators.datastore import at_commit
from subscriptions.operators.models import Operator
from subscriptions.privacy.policy import current_policy

KEY = "assent_session"
SEEN = "assent_session_seen_at"
BY_PASSKEY = "assent_by_passkey"
PASSKEY, NEW_PASSWORD = ["webauthn"], ["change"]  # ways of signing in, as Flask-Security says them


def configure(app: Flask) -> None:
    """Keep a row for each session: from signing in to signing out, a new password, or its time."""
    manager: Any = app.extensions["security"].login_manager
    find = manager._user_callback  # noqa: SLF001 (Flask-Security's; there is no other way to it)

    def load(uniquifier: str) -> Operator | None:
        operator: Operator | None = find(uniquifier)
        return operator if operator and _is_open(operator) else None

    manager.user_loader(load)
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end, app)
    password_changed.connect(_end_others, app)
    password_reset.connect(_end_others, app)


def this_session() -> str:
    """The reference of this request's session; empty if nobody is signed in."""
    reference: str = session.get(KEY, "")
    return reference


def by_passkey() -> bool:
    """Whether a passkey took the place of the password, which is as good as two steps."""
    return bool(session.get(BY_PASSKEY))


def note_seen() -> None:
    """Note that the session is in use, unless that was noted a little while ago."""
    seen_at: datetime | None = g.get(SEEN)
    if seen_at and clock.now() - seen_at >= sessions.SEEN_EVERY:
        with unit_of_work() as writing:
            sessions.note_seen(writing, this_session())


def _is_open(operator: Operator) -> bool:
    seen_at = sessions.seen_at(current_session(), operator.id, this_session())
    setattr(g, SEEN, seen_at)
    return seen_at is not None


def _begin(sender: Flask, user: Operator, authn_via: list[str] | None, **_rest: Any) -> None:
    if authn_via != NEW_PASSWORD:
        session[BY_PASSKEY] = authn_via == PASSKEY
    before, reference = this_session(), new_reference()
    session[KEY] = reference
    client, operator_id = _client(), user.id
    at_commit(lambda writing: sessions.end(writing, before))
    at_commit(lambda writing: sessions.begin(writing, operator_id, reference, client))


def _end(sender: Flask, **_rest: Any) -> None:
    reference = session.pop(KEY, "")
    with unit_of_work() as writing:
        sessions.end(writing, reference)


def _end_others(sender: Flask, user: Operator, **_rest: Any) -> None:
    operator_id, this = user.id, this_session()
    at_commit(lambda writing: sessions.forget_all(writing, operator_id, this))


def _client() -> sessions.Client:
    rules = current_policy().recording
    kept = Recording.NONE if rules.client_address is Recording.NONE else Recording.TRUNCATED
    return sessions.Client(
        address=record_address(request.remote_addr, kept),
        browser=None
        if rules.user_agent is Recording.NONE
        else browser_family(request.user_agent.string),
    )
