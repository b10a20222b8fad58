"""Operators add somebody who asked in another way; the person confirms like everybody else."""

import pytest
from flask import Flask

from subscriptions.core.tokens import Purpose
from subscriptions.core.transactions import unit_of_work
from subscriptions.newsletters.operations import close_newsletter
from tests.support.applications import Visitor
from tests.support.operators import OWNER, Desk, desk_of, make_operator, trail
from tests.support.smtp import SmtpServer
from tests.support.suppressions import suppress_in
from tests.support.time_travel import FrozenClock
from tests.support.visits import (
    ADA,
    deliver,
    dump,
    link_to,
    links_in,
    open_newsletter,
    rows_of,
    sign_up,
    subscribe,
)

PAGE = "/admin/newsletters/news/subscribers/new"
NOISE = "noise@example.org"


@pytest.fixture
def desk(app: Flask, client: Visitor, clock: FrozenClock, smtp: SmtpServer) -> Desk:
    """An owner's browser; one reader is there."""
    assert clock.now
    open_newsletter(app)
    open_newsletter(app, "tips")
    subscribe(app, client, NOISE)
    make_operator(app)
    deliver(app, smtp)
    return desk_of(app)


def _add(desk: Desk, address: str = ADA, **changes: object) -> int:
    filled = {"email": address, "topics": ["art"], "form": "news", "whence": "telephone"}
    return desk.send(PAGE, **(filled | changes)).status_code


def test_the_person_confirms_what_the_operator_typed(
    app: Flask, client: Visitor, desk: Desk, smtp: SmtpServer
) -> None:
    """MC2: on the list by other means, once the person confirms."""
    assert _add(desk) == 302
    [mail] = deliver(app, smtp)
    assert mail.recipients == (ADA,)
    assert rows_of(app, "subscriptions")[-1]["status"] == "pending"
    assert client.post(links_in(mail)["confirm"]).status_code == 200
    assert rows_of(app, "subscriptions")[-1]["status"] == "active"
    asked, confirmed = rows_of(app, "consent_records")[-2:]
    assert (asked["source"], asked["topics"]) == ("operator: telephone", ["art"])
    assert (asked["client_address"], asked["user_agent"]) == (None, None)
    assert asked["wording_hash"] == confirmed["wording_hash"]
    assert trail(app)[-1] == (OWNER, "subscriber.added", "newsletter news")
    assert rows_of(app, "audit_entries")[-1]["details"] == {"whence": "telephone"}


def test_who_does_not_confirm_is_never_on_the_list(app: Flask, desk: Desk) -> None:
    """MC2, MS2."""
    _add(desk)
    assert rows_of(app, "subscriptions")[-1]["status"] == "pending"
    assert desk.get("/admin/newsletters/news/subscribers?status=active").text.count(ADA) == 0


def test_a_suppressed_address_is_not_mailed(app: Flask, desk: Desk, smtp: SmtpServer) -> None:
    """Suppression is asked by operators' additions."""
    suppress_in(app, ADA)
    before = dump(app)["subscriptions"]
    assert _add(desk) == 422
    assert deliver(app, smtp) == []
    assert dump(app)["subscriptions"] == before


def test_who_is_there_already_is_left_alone(
    app: Flask, client: Visitor, desk: Desk, smtp: SmtpServer
) -> None:
    sign_up(client, topics=["law"])
    deliver(app, smtp)
    before = dump(app)["consent_records"]
    for address in (NOISE, ADA):
        assert _add(desk, address) == 422
    assert deliver(app, smtp) == []
    assert dump(app)["consent_records"] == before
    assert client.get(link_to(app, Purpose.CONFIRM)).status_code == 200


def test_what_the_page_does_not_offer_is_refused(app: Flask, desk: Desk) -> None:
    for wrong in (
        {"form": "tips"},
        {"whence": "a list that I bought"},
        {"topics": ["none"]},
        {"email": "nonsense"},
    ):
        assert _add(desk, **wrong) == 422, wrong
    assert len(rows_of(app, "subscriptions")) == 1


def test_nobody_is_added_to_a_newsletter_that_has_closed(app: Flask, desk: Desk) -> None:
    with app.app_context(), unit_of_work() as session:
        close_newsletter(session, "news")
    assert "Nobody can be added" in desk.get(PAGE).text
    assert _add(desk) == 422
