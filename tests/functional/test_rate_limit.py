"""How often one client may sign up, and that it is counted without being known."""

import pytest
from flask import Flask

from tests.support.applications import Visitor
from tests.support.time_travel import FrozenClock
from tests.support.visits import open_newsletter, rows_of, sign_up

pytestmark = pytest.mark.settings(signup_limit="3 per 10 minutes")


@pytest.fixture(autouse=True)
def _newsletter(app: Flask, clock: FrozenClock) -> None:
    open_newsletter(app)


def _from(client: Visitor, remote: str, number: int = 0) -> int:
    return client.post(
        "/forms/news",
        data={"email": f"{number}@example.org", "consent": "y"},
        environ_base={"REMOTE_ADDR": remote},
    ).status_code


def _exhaust(client: Visitor, remote: str = "198.51.100.7") -> None:
    for number in range(3):
        assert _from(client, remote, number) == 303


def test_what_goes_beyond_the_limit_is_put_off_and_not_stored(app: Flask, client: Visitor) -> None:
    for number in range(3):
        assert sign_up(client, f"{number}@example.org").status_code == 303
    answer = sign_up(client, "fourth@example.org")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"].isdecimal()
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert "try again" in answer.text
    assert rows_of(app, "subscribers", address_key="fourth@example.org") == []


def test_after_the_time_that_was_named_it_works_again(client: Visitor, clock: FrozenClock) -> None:
    for number in range(3):
        sign_up(client, f"{number}@example.org")
    wait = int(sign_up(client).headers["Retry-After"])
    clock.advance(seconds=wait + 1)
    assert sign_up(client).status_code == 303


def test_clients_are_counted_apart(client: Visitor) -> None:
    _exhaust(client, "198.51.100.7")
    assert _from(client, "198.51.100.7") == 429
    assert _from(client, "198.51.100.8") == 303


def test_a_household_with_many_ipv6_addresses_is_one_client(client: Visitor) -> None:
    _exhaust(client, "2001:db8:1:2::1")
    assert _from(client, "2001:db8:1:2:ffff::9") == 429
    assert _from(client, "2001:db8:1:3::1") == 303


def test_a_client_can_not_make_itself_another_by_a_header(client: Visitor) -> None:
    _exhaust(client)
    answer = client.post(
        "/forms/news",
        data={"email": "x@example.org", "consent": "y"},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
        headers={"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"},
    )
    assert answer.status_code == 429


@pytest.mark.settings(trusted_proxies=1)
def test_behind_a_proxy_the_client_is_counted_and_not_the_proxy(client: Visitor) -> None:
    def through_proxy(remote: str) -> int:
        return client.post(
            "/forms/news",
            data={"email": "x@example.org", "consent": "y"},
            headers={"X-Forwarded-For": remote},
        ).status_code

    assert [through_proxy("192.0.2.1") for _ in range(4)] == [303, 303, 303, 429]
    assert through_proxy("192.0.2.2") == 303


def test_looking_and_leaving_are_never_limited(client: Visitor) -> None:
    _exhaust(client)
    for path in ("/", "/forms/news", "/forms/news/sent", "/privacy"):
        for _ in range(5):
            answer = client.get(path, environ_base={"REMOTE_ADDR": "198.51.100.7"})
            assert answer.status_code == 200


def test_the_counter_does_not_know_the_client_s_address(app: Flask, client: Visitor) -> None:
    """MS4."""
    _exhaust(client)
    kept = str(rows_of(app, "rate_limits"))
    assert kept != "[]"
    assert "198.51" not in kept


def test_counters_go_when_their_time_is_over(
    app: Flask, client: Visitor, clock: FrozenClock
) -> None:
    _exhaust(client, "198.51.100.7")
    clock.advance(minutes=11)
    _from(client, "198.51.100.8")
    assert len(rows_of(app, "rate_limits")) == 1


@pytest.mark.settings(signup_limit="off")
def test_the_limit_can_be_off(app: Flask, client: Visitor) -> None:
    for number in range(10):
        assert sign_up(client, f"{number}@example.org").status_code == 303
    assert rows_of(app, "rate_limits") == []
