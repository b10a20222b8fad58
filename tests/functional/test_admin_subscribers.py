"""Subscribers, as operators find them and act on their behalf."""

import re

from flask import Flask
from sqlalchemy import update

from subscriptions.core import clock as our_clock
from subscriptions.core.transactions import unit_of_work
from subscriptions.mail.models import OutboxMessage
from subscriptions.operators.roles import Role
from subscriptions.subscribers.finding import PAGE
from tests.support.applications import Visitor
from tests.support.operators import (
    OWNER,
    PEOPLE,
    SUBSCRIBER_LINK,
    desk_of,
    make_operator,
    owner_with_news,
    record_of,
    trail,
)
from tests.support.smtp import SmtpServer
from tests.support.time_travel import FrozenClock
from tests.support.visits import deliver, open_newsletter, rows_of, sign_up, subscribe


def _found(page: str) -> list[str]:
    return [address for _path, address in SUBSCRIBER_LINK.findall(page)]


def test_people_are_found_by_how_their_address_begins(app: Flask, client: Visitor) -> None:
    """MC7."""
    desk = owner_with_news(app)
    for name in ("ada", "adam", "bob", "a_x", "a%y"):
        sign_up(client, f"{name}@example.org")
    assert _found(desk.send(PEOPLE, text="AD").text) == ["ada@example.org", "adam@example.org"]
    assert _found(desk.send(PEOPLE, text="a_").text) == ["a_x@example.org"]
    assert _found(desk.send(PEOPLE, text="a%").text) == ["a%y@example.org"]
    assert "Nobody fits." in desk.send(PEOPLE, text="zoe").text


def test_an_address_never_becomes_part_of_a_url(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    sign_up(client, "ada@example.org")
    page = desk.send(PEOPLE, text="ada@example.org").text
    assert not re.search(r'(href|action)="[^"]*(ada@|ada%40)', page)
    assert 'method="post"' in page


def test_people_are_filtered_by_status_and_topic(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    subscribe(app, client, "ada@example.org", topics=["art"])
    sign_up(client, "bob@example.org", topics=["law"])
    asked = desk.send(PEOPLE, text="", status="active", topic="art")
    assert asked.location == f"{PEOPLE}?status=active&topic=art"
    assert _found(desk.get(asked.location).text) == ["ada@example.org"]
    assert _found(desk.get(f"{PEOPLE}?topic=law").text) == ["bob@example.org"]
    assert desk.get(f"{PEOPLE}?status=nonsense").status_code == 404
    assert desk.get(f"{PEOPLE}?topic=nonsense").status_code == 404


def test_long_lists_come_in_pages_that_miss_nobody(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    for number in range(PAGE + 2):
        sign_up(client, f"p{number}@example.org")
    first = desk.get(PEOPLE).text
    older = re.search(r'href="([^"]+before=\d+[^"]*)"', first)
    assert older
    second = desk.get(older[1].replace("&amp;", "&")).text
    assert len(_found(first)) == PAGE
    assert len({*_found(first), *_found(second)}) == PAGE + 2
    assert "before=" not in second


def test_a_record_shows_what_was_agreed_to_when_and_from_where(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    subscribe(app, client, "ada@example.org", topics=["art"], name="Ada", company="Engines")
    page = desk.get(record_of(desk, "ada@example.org")).text
    for shown in ("Ada", "Engines", "Art", "form:news", "127.0.0.0/24", "withdraw this consent"):
        assert shown in page
    assert page.count("<blockquote") == 2


def test_somebody_of_another_newsletter_is_not_found_here(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    open_newsletter(app, "other")
    sign_up(client, "ada@example.org", form="other")
    reference = rows_of(app, "subscriptions")[0]["reference"]
    assert desk.get(f"{PEOPLE}/{reference}").status_code == 404
    assert desk.send(f"{PEOPLE}/{reference}/end").status_code == 404
    assert len(rows_of(app, "subscriptions")) == 1


def test_the_confirmation_goes_out_again_under_the_same_cap(
    app: Flask, client: Visitor, smtp: SmtpServer, clock: FrozenClock
) -> None:
    desk = owner_with_news(app)
    sign_up(client, "ada@example.org")
    deliver(app, smtp)
    record = record_of(desk, "ada@example.org")
    assert desk.send(f"{record}/confirmation").status_code == 409
    for _ in range(2):
        clock.advance(minutes=11)
        assert desk.send(f"{record}/confirmation").status_code == 302
        (mail,) = deliver(app, smtp)
        assert mail.recipients == ("ada@example.org",)
        assert "/confirm/" in mail.text()
    clock.advance(minutes=11)
    assert desk.send(f"{record}/confirmation").status_code == 409
    asked = [entry for entry in trail(app) if entry[1] == "subscription.asked again"]
    assert len(asked) == 2


def test_who_has_confirmed_is_not_asked_again(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    desk = owner_with_news(app)
    subscribe(app, client, "ada@example.org")
    clock.advance(minutes=11)
    assert desk.send(f"{record_of(desk, 'ada@example.org')}/confirmation").status_code == 409


def test_ending_the_last_subscription_erases_the_person(app: Flask, client: Visitor) -> None:
    """MC7, MS3: who writes to the support address is found by it, and let go."""
    desk = owner_with_news(app)
    subscribe(app, client, "ada@example.org")
    record = record_of(desk, "ada@example.org")
    assert desk.send(f"{record}/end").location == PEOPLE
    assert rows_of(app, "subscribers") == []
    assert "ada@" not in str(rows_of(app, "audit_entries"))
    assert trail(app)[-1][1] == "subscription.ended"
    assert desk.get(record).status_code == 404


def test_ending_one_of_two_subscriptions_keeps_the_other(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    open_newsletter(app, "other")
    for form in ("news", "other"):
        subscribe(app, client, "ada@example.org", form)
    desk.send(f"{record_of(desk, 'ada@example.org')}/end")
    assert len(rows_of(app, "subscriptions")) == 1
    assert len(rows_of(app, "subscribers")) == 1


def test_erasing_takes_every_subscription_of_the_person(app: Flask, client: Visitor) -> None:
    """MG9."""
    desk = owner_with_news(app)
    open_newsletter(app, "other")
    for form in ("news", "other"):
        subscribe(app, client, "ada@example.org", form)
    sign_up(client, "bob@example.org")
    desk.send(f"{record_of(desk, 'ada@example.org')}/erase")
    assert [person["address"] for person in rows_of(app, "subscribers")] == ["bob@example.org"]
    assert trail(app)[-1][1] == "subscriber.erased"


def test_an_editor_of_one_newsletter_does_not_erase_for_another(
    app: Flask, client: Visitor
) -> None:
    """MG8."""
    for slug in ("news", "other"):
        open_newsletter(app, slug)
        subscribe(app, client, "ada@example.org", slug)
    make_operator(app, "ed@example.org", None, {"news": Role.EDITOR})
    desk = desk_of(app, "ed@example.org")
    record = record_of(desk, "ada@example.org")
    assert "Erase this person" not in desk.get(record).text
    assert desk.send(f"{record}/erase").status_code == 403
    assert len(rows_of(app, "subscriptions")) == 2


def test_a_viewer_sees_no_buttons(app: Flask, client: Visitor) -> None:
    open_newsletter(app)
    sign_up(client, "ada@example.org")
    make_operator(app, "v@example.org", Role.VIEWER)
    desk = desk_of(app, "v@example.org")
    page = desk.get(record_of(desk, "ada@example.org")).text
    assert "ada@example.org" in page
    assert "/end" not in page
    assert "/erase" not in page


def _make_dead_letter(app: Flask, client: Visitor, form: str = "news") -> int:
    sign_up(client, "nobody@example.org", form=form)
    letter = rows_of(app, "outbox_messages", template="confirm")[-1]["id"]
    with app.app_context(), unit_of_work() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == letter)
            .values(dead_at=our_clock.now(), last_error="550 5.1.1 No such mailbox")
        )
    return int(letter)


def test_dead_letters_show_a_masked_address_and_are_tried_again(
    app: Flask, client: Visitor, smtp: SmtpServer
) -> None:
    desk = owner_with_news(app)
    deliver(app, smtp)
    letter = _make_dead_letter(app, client)
    page = desk.get("/admin/dead-letters").text
    assert "n…@e….org" in page
    assert "nobody@" not in page
    assert "One mail could not be delivered" in desk.get("/admin/").text
    desk.send(f"/admin/dead-letters/{letter}/retry")
    (mail,) = deliver(app, smtp)
    assert mail.recipients == ("nobody@example.org",)
    assert trail(app)[-1] == (OWNER, "mail.tried again", f"message {letter}")


def test_a_dead_letter_is_thrown_away_once(app: Flask, client: Visitor) -> None:
    desk = owner_with_news(app)
    letter = _make_dead_letter(app, client)
    assert desk.send(f"/admin/dead-letters/{letter}/discard").status_code == 302
    assert desk.send(f"/admin/dead-letters/{letter}/discard").status_code == 404
    assert rows_of(app, "outbox_messages", id=letter) == []


def test_dead_letters_are_for_those_with_a_role_on_the_newsletter(
    app: Flask, client: Visitor
) -> None:
    for slug in ("news", "other"):
        open_newsletter(app, slug)
    letter = _make_dead_letter(app, client, "news")
    for address, certain, status in (
        ("e@example.org", {"other": Role.EDITOR}, 404),
        ("v@example.org", {"news": Role.VIEWER}, 403),
        ("d@example.org", {"news": Role.EDITOR}, 302),
    ):
        make_operator(app, address, None, certain)
        desk = desk_of(app, address)
        assert ("n…@e….org" in desk.get("/admin/dead-letters").text) is (status != 404)
        assert desk.send(f"/admin/dead-letters/{letter}/retry").status_code == status
